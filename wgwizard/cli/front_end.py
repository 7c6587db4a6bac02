"""Which front end of the wizard a terminal gets."""

import argparse
from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec

from wgwizard.cli.streams import has_terminal
from wgwizard.errors import UsageError

# Terminals on which the cursor cannot be moved.
DUMB = ("", "dumb", "unknown")


class FrontEnd(StrEnum):
    """The screens, a conversation with menus, or one with numbered choices that moves no cursor."""

    SCREENS = "screens"
    MENUS = "menus"
    NUMBERED = "numbered"


def front_end(options: argparse.Namespace, environ: Mapping[str, str]) -> FrontEnd:
    """The front end that was asked for and that the terminal can show; UsageError, before anything is asked, where there is none."""
    if not has_terminal():
        raise UsageError(
            "the wizard asks questions, and there is no terminal to ask them at",
            "run it in a terminal, or write a site file (wgwizard presets NAME prints one to begin with) and use: wgwizard plan SITE.yaml",
        )
    if environ.get("TERM", "") in DUMB:
        return FrontEnd.NUMBERED
    return FrontEnd.MENUS if options.plain or find_spec("textual") is None else FrontEnd.SCREENS
