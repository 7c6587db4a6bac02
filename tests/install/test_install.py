"""Installed as README says, with what it needs from the package index: by pipx, by uv, and completed by the shells themselves."""

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

import wgwizard

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def run(*words, **environment):
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def by_pipx(tmp_path_factory):
    """The folder of an installation by pipx: bin, man and venv below it."""
    top = tmp_path_factory.mktemp("pipx")
    places = {"PIPX_HOME": str(top / "home"), "PIPX_BIN_DIR": str(top / "bin"), "PIPX_MAN_DIR": str(top / "man")}
    run(BIN / "pipx", "install", "--python", sys.executable, str(ROOT), **places)
    return top


@pytest.fixture(scope="module")
def by_uv(tmp_path_factory):
    """The same by uv."""
    top = tmp_path_factory.mktemp("uv")
    places = {"UV_TOOL_DIR": str(top / "home"), "UV_TOOL_BIN_DIR": str(top / "bin"), "UV_CACHE_DIR": str(top / "cache")}
    run(BIN / "uv", "tool", "install", "--python", sys.executable, str(ROOT), **places)
    return top


@pytest.mark.parametrize("way", ["by_pipx", "by_uv"])
def test_the_installed_program_plans_a_preset(way, request, tmp_path):
    command = request.getfixturevalue(way) / "bin" / "wgwizard"
    assert run(command, "--version").split() == ["wgwizard", wgwizard.__version__]
    site = tmp_path / "site.yaml"
    site.write_text(run(command, "presets", "article-masquerade"))
    assert "masquerade" in run(command, "plan", str(site))


@pytest.mark.parametrize("way", ["by_pipx", "by_uv"])
def test_the_installed_wizard_shows_its_first_page(way, request, tmp_path):
    command = request.getfixturevalue(way) / "bin" / "wgwizard"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with pexpect.spawn(str(command), dimensions=(24, 80), timeout=30, env=environment, cwd=tmp_path) as terminal:
        terminal.expect("begin with")
        terminal.send("\x11")  # Ctrl+Q
        terminal.expect("Leave the wizard")
        terminal.send("\x1b[C\r")  # to the right, Leave
        terminal.expect(pexpect.EOF)


def test_pipx_shows_the_man_page(by_pipx):
    assert "WGWIZARD" in (by_pipx / "man" / "man1" / "wgwizard.1").read_text()


def shells(prefix, home):
    """How each shell is started so that it finds the completion below the installation's prefix, with nothing of its user's."""
    share = prefix / "share"
    bash = home / "bashrc"
    bash.write_text(f". {share}/bash-completion/completions/wgwizard\nPS1='ready> '\n")
    (home / ".zshrc").write_text(f"fpath=({share}/zsh/site-functions $fpath)\nautoload -U compinit\ncompinit -u -D\nPS1='ready> '\n")
    fish = (
        f"source {share}/fish/vendor_completions.d/wgwizard.fish; function fish_prompt; echo -n 'ready> '; end; function fish_greeting; end"
    )
    return {"bash": ["--rcfile", str(bash), "-i"], "zsh": ["-d", "-i"], "fish": ["--private", "-C", fish]}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("wgwizard reh", "wgwizard rehearse"),
        ("wgwizard apply --dry", "wgwizard apply --dry-run"),
        ("wgwizard presets article-masquerade-", "wgwizard presets article-masquerade-forward"),
        ("wgwizard plan only-si", "wgwizard plan only-site.yaml"),
        ("wgwizard ./only-si", "wgwizard ./only-site.yaml"),
    ],
)
def test_the_shell_completes(by_pipx, tmp_path, shell, typed, completed):
    (tmp_path / "only-site.yaml").touch()
    prefix = by_pipx / "home" / "venvs" / "wgwizard"
    environment = {
        "PATH": f"{prefix}/bin:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "ZDOTDIR": str(tmp_path),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
    }
    with pexpect.spawn(shell, shells(prefix, tmp_path)[shell], env=environment, cwd=tmp_path, timeout=20, encoding="utf-8") as terminal:
        terminal.expect("ready> ")
        terminal.send(typed + "\t")
        terminal.expect_exact(completed[len(typed) :])
