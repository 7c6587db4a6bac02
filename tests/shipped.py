"""Makes what an installation brings besides the program: the man page and the shells' completions (`python -m tests.shipped`).

Both come from the one command line of wgwizard.cli.arguments; tests/unit/test_shipped.py says when they are out of date.
"""

import argparse
import os
import re
from pathlib import Path
from unittest.mock import patch

import shtab
from argparse_manpage.manpage import Manpage

import presets
import wgwizard
from wgwizard.cli.arguments import SHELLS, parser

FOLDER = Path(wgwizard.__file__).parent / "cli" / "shipped"
_PATHS = {"FILE": shtab.FILE, "FILE.png": shtab.FILE, "OTHER.secrets": shtab.FILE, "SITE.yaml": shtab.FILE, "DIR": shtab.DIRECTORY}
# `wgwizard SITE.yaml` has a file where the other calls have a verb: for each shell, what stands in the place of what shtab makes.
_PREAMBLE = {"bash": "_shtab_wgwizard_pos_0_COMPGEN=_shtab_compgen_files\n"}
_DESCRIBED = "_describe 'wgwizard commands' _commands\n"
_ERASED = "complete -c wgwizard -f\n"
_FILE_OR_VERB = {
    "bash": ("", ""),
    "zsh": (_DESCRIBED, f"{_DESCRIBED}  _files -g '*.y(a|)ml'\n"),
    "fish": (_ERASED, f"{_ERASED}complete -c wgwizard -n '_shtab_wgwizard_using; and test $_shtab_wgwizard_npos -eq 0' -F\n"),
}
_TROFF = {"β": "\\(*b", "…": "...", "→": "\\(->"}
_SECTIONS = {
    "examples": """.TP
.B wgwizard
asks about a site, from the beginning or from a draft that was left.
.TP
.B wgwizard ./home.yaml
opens a saved site to change it.
.TP
.B wgwizard presets home\\-pi > home.yaml; wgwizard plan home.yaml
shows every file and who reaches whom, without the wizard.
.TP
.B wgwizard apply home.yaml \\-\\-dry\\-run
shows what would change on Host \u03b2.
""",
    "files": """.TP
.I NAME.yaml
the site: what a person described. No secret is in it.
.TP
.I NAME.lock
addresses and public keys that were given out; made to be kept with the site.
.TP
.I NAME.secrets
private and preshared keys, sealed with a passphrase (mode 0600).
.TP
.I $XDG_STATE_HOME/wgwizard
drafts of set\\-ups that were left early (default: ~/.local/state/wgwizard).
""",
    "environment": """.TP
.B NO_COLOR
no colour, as \\-\\-no\\-color.
.TP
.B TERM
where it is "dumb", the questions come one line at a time.
.TP
.B WGWIZARD_ASCII
with 1 only ASCII signs, as \\-\\-ascii.
.TP
.B WGWIZARD_LOOK
with "no" the wizard does not look at the computer that it runs on, and finds nothing there.
.TP
.B XDG_STATE_HOME
where drafts are kept (FILES).
.TP
.B SSH_AUTH_SOCK
the agent whose keys log in to Host \u03b2; ~/.ssh/config is read as ssh reads it (ssh \\-G).
""",
    "exit status": """.TP
.B 0
ok
.TP
.B 1
failure
.TP
.B 2
usage, or input is needed and there is no terminal
.TP
.B 3
the site file is refused, or no strategy fits
.TP
.B 4
Host \u03b2 or SSH
.TP
.B 5
apply \\-\\-dry\\-run or status found differences
.TP
.B 130
cancelled
.TP
.B 143
terminated
""",
    "see also": ".BR wg (8),\n.BR wg\\-quick (8),\n.BR nft (8),\n.BR ssh_config (5)\n",
}


# A verb's part as argparse has it: what it does, its usage, and the same once more.
_VERB = re.compile(r"^(\.SS [^\n]*\n([^\n]*\n))\nusage: (.*?)\n\n\2", re.DOTALL | re.MULTILINE)
_COLUMNS = 70  # for lines that stay as they are, beside man's margin


def texts() -> dict[str, str]:
    """The shipped files: name -> text."""
    made = {f"wgwizard.{shell}": completion(shell) for shell in SHELLS}
    return {"wgwizard.1": man_page(), **made}


def man_page() -> str:
    """The man page in troff."""
    about = {
        "description": "recommends, previews, proves and applies a WireGuard set-up for a site",
        "project_name": "wgwizard",
        "date": f"wgwizard {wgwizard.__version__}",
        "manual_title": "User Commands",
    }
    whole = parser()
    whole.epilog = None  # its exit codes have a section of their own here
    with patch.dict(os.environ, COLUMNS=str(_COLUMNS)):
        page = Manpage(whole, about, format="single-commands-section")
        for heading, text in _SECTIONS.items():
            page.add_section(heading, "=", text.rstrip("\n"))
        made = str(page)
    made = _VERB.sub(_verb, made).replace("POSITIONAL ARGUMENTS", "COMMANDS", 1)
    made = made.replace("VERB ...\n", "VERB ...\n.br\n.B wgwizard\nSITE.yaml\n", 1)  # the wizard on a saved site
    made = made.replace("\n.SH", "\n.nh\n.ad l\n.SH", 1)  # no hyphen within an option
    # In a locale without such signs man would end the page at the first: troff's own names (groff_char(7), mandoc_char(7)).
    return "".join(_TROFF.get(sign, sign) for sign in made)


def _verb(found: re.Match[str]) -> str:
    """A verb's part with the lines of its usage as they are, and nothing twice."""
    lines = "\n".join(line.removeprefix(" " * len("usage: ")) for line in found[3].splitlines())
    return f"{found[1]}.sp\n.nf\n{lines}\n.fi\n"


def completion(shell: str) -> str:
    """The completion for a shell: verbs, options, presets, files and folders."""
    whole = parser()
    _with_completions(whole)
    return shtab.complete(whole, shell, preamble=_PREAMBLE).replace(*_FILE_OR_VERB[shell]).rstrip("\n") + "\n"


def _with_completions(one: argparse.ArgumentParser) -> None:
    """Tell shtab what an argument's value is, by the word that --help shows for it."""
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                _with_completions(verb)
        elif "preset" in (action.help or "") and action.nargs != 0 and action.choices is None:
            action.choices = presets.names()
        elif action.metavar in _PATHS:
            action.complete = _PATHS[action.metavar]  # type: ignore[attr-defined]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
