"""What the install script says of other firewalls is what an apply does there."""

import os
import subprocess
from pathlib import Path

from wgwizard.host.scripts import source
from wgwizard.render.other_firewalls import firewalld_zone, in_firewalld

# A stand-in for firewall-cmd: it writes down what it is told, and knows no policy yet.
FAKE = """#!/bin/sh
case "$*" in
  *--info-policy*) exit 1 ;;
  *--list-all*) ;;
  *--state*) ;;
  *) echo "firewall-cmd $*" | sed 's/ -q / /' >>"$TOLD" ;;
esac
"""


def test_firewalld_is_told_the_same_in_the_same_order(tmp_path: Path) -> None:
    assert told(tmp_path, f"in_firewalld {firewalld_zone('wg0')} wg0 51820") == in_firewalld("wg0", 51820)


def test_an_interface_whose_profile_names_the_zone_is_not_put_into_it(tmp_path: Path) -> None:
    """firewall-cmd would write the zone into NetworkManager's profile, and with it the whole file anew."""
    every = in_firewalld("wg0", 51820)
    but_one = tuple(command for command in every if "--add-interface" not in command)
    assert len(but_one) == len(every) - 1
    assert told(tmp_path, f"in_firewalld {firewalld_zone('wg0')} wg0 51820 by-profile") == but_one


def told(folder: Path, call: str) -> tuple[str, ...]:
    """What firewalld is told by this call."""
    fake, notes = folder / "firewall-cmd", folder / "told"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    script = f'{source("openings")}\nPATH={folder}:$PATH\nverb=open\n{call}\nexit "$status"\n'
    subprocess.run(["sh"], input=script, text=True, check=True, env=os.environ | {"TOLD": str(notes)}, timeout=20)
    return tuple(notes.read_text().splitlines())
