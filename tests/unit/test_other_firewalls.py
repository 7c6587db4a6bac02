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
    fake, told = tmp_path / "firewall-cmd", tmp_path / "told"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    call = f"in_firewalld {firewalld_zone('wg0')} wg0 51820"
    script = f'{source("openings")}\nPATH={tmp_path}:$PATH\nverb=open\n{call}\nexit "$status"\n'
    subprocess.run(["sh"], input=script, text=True, check=True, env=os.environ | {"TOLD": str(told)}, timeout=20)
    assert tuple(told.read_text().splitlines()) == in_firewalld("wg0", 51820)
