"""Lab hosts that are smaller than Debian: without systemd, and with busybox in place of the usual programs."""

import shutil
import subprocess
from pathlib import Path

INITTAB = """\
::sysinit:/etc/init.d/rcS
::respawn:/usr/sbin/sshd -D
"""
START = """\
#!/bin/sh
mkdir -p /run/sshd
for file in /etc/sysctl.d/*.conf; do [ ! -f "$file" ] || sysctl -q -p "$file"; done
[ ! -f /etc/rc.local ] || sh /etc/rc.local
"""
# Debian's busybox has no flock; that of others knows no more than this.
FLOCK = """\
#!/bin/sh
case $1 in -[sxun] | [0-9]) exec /usr/bin/flock.real "$@" ;; esac
echo "flock: unrecognized option: $1" >&2
exit 1
"""
KEPT = {"init", "ip", "sh", "ash", "bash", "busybox", "su", "login", "reboot"}
FOLDERS = ("usr/bin", "usr/sbin", "bin", "sbin")


def without_systemd(root: Path) -> None:
    """Nothing of systemd in a tree."""
    for name in ("systemctl", "systemd-run", "journalctl", "loginctl", "systemd-detect-virt"):
        (root / "usr/bin" / name).unlink(missing_ok=True)
    shutil.rmtree(root / "usr/lib/systemd")


def with_busybox_init(root: Path) -> None:
    """Busybox is the init, which starts sshd and reads the forwarding."""
    for name in ("init", "reboot", "poweroff"):
        place = root / "usr/sbin" / name
        place.unlink(missing_ok=True)
        place.symlink_to("/bin/busybox")
    (root / "etc/inittab").write_text(INITTAB)
    start = root / "etc/init.d/rcS"
    start.write_text(START)
    start.chmod(0o755)


def with_openrc(root: Path) -> None:
    """OpenRC is the init, with what it has enabled: sshd."""
    place = root / "usr/sbin/init"
    place.unlink(missing_ok=True)
    place.symlink_to("/sbin/openrc-init")


def with_busybox(root: Path) -> None:
    """Every program that busybox has is busybox's, /bin/sh its ash, flock as it would have it; there is no perl."""
    applets = set(subprocess.run([root / "bin/busybox", "--list"], capture_output=True, text=True, check=True).stdout.split()) - KEPT
    for folder in FOLDERS:
        for name in applets:
            place = root / folder / name
            if place.is_symlink() or place.exists():
                place.unlink()
                place.symlink_to("/bin/busybox")
    shell = root / "bin/sh"
    shell.unlink()
    shell.symlink_to("busybox")
    flock = root / "usr/bin/flock"
    flock.rename(flock.with_suffix(".real"))
    flock.write_text(FLOCK)
    flock.chmod(0o755)
    (root / "usr/bin/perl").unlink(missing_ok=True)
