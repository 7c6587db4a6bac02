"""The distribution owns its three top-level packages alone, and carries what it needs."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import wgwizard

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", ["wgwizard", "screens", "presets"])
def test_no_other_distribution_owns_our_names(package):
    assert set(metadata.packages_distributions().get(package, ["wgwizard"])) == {"wgwizard"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_three_packages_and_nothing_else(wheel):
    files = [path for top in ("wgwizard", "screens", "presets") for path in (ROOT / top).rglob("*") if path.is_file()]
    expected = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    with zipfile.ZipFile(wheel) as archive:
        # Below .data/ the man page and the completions stand once more, where man and the shells look (test_shipped.py).
        assert {name for name in archive.namelist() if ".dist-info/" not in name and ".data/" not in name} == expected


@pytest.mark.slow
def test_the_installed_command_starts_outside_the_checkout(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    # The libraries come from the environment of the tests; only the project itself is installed afresh.
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": sysconfig.get_path("purelib"), "HOME": str(tmp_path)}
    command = tmp_path / "env" / "bin" / "wgwizard"
    done = subprocess.run([command, "presets"], capture_output=True, text=True, cwd=tmp_path, env=environment, check=True)
    assert "article-masquerade" in done.stdout
    done = subprocess.run([command, "--version"], capture_output=True, text=True, cwd=tmp_path, env=environment, check=True)
    assert done.stdout.split() == ["wgwizard", wgwizard.__version__]
