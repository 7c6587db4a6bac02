"""The file trees that lab hosts boot from: built once with mmdebstrap, kept outside the repository, never written again."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SUITE = "bookworm"
ALL_KINDS = "WGWIZARD_KINDS"  # set where every kind of host is to be tested, not only the lab's own


@dataclass(frozen=True)
class Kind:
    """Another Debian or Ubuntu than the lab's own: its suite, where it is fetched from, and the keys that sign it."""

    name: str
    suite: str
    source: str
    keyring: str
    keyring_package: str = "debian-archive-keyring"


_DEBIAN = ("deb http://deb.debian.org/debian {} main", "/usr/share/keyrings/debian-archive-keyring.gpg")
_UBUNTU = (
    "deb http://archive.ubuntu.com/ubuntu {} main universe",
    "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
    "ubuntu-keyring, from Ubuntu's archive",
)
KINDS = {
    name: Kind(name, suite, source.format(suite), *keys)
    for name, suite, (source, *keys) in (
        ("debian-11", "bullseye", _DEBIAN),
        ("debian-13", "trixie", _DEBIAN),
        ("ubuntu-22.04", "jammy", _UBUNTU),
        ("ubuntu-24.04", "noble", _UBUNTU),
    )
}
PACKAGES = (
    "systemd,systemd-sysv,dbus,libpam-systemd,openssh-server,sudo,nftables,conntrack,iproute2,wireguard-tools,wireguard-go,"
    "procps,iputils-ping,busybox-static"
)
ADMIN = "admin"
SUDO_PASSWORD = "lab sudo password"  # of a throw-away host that no network reaches

# What `bare` lacks, and can install offline from the package files that lie in it.
MISSING_ON_BARE = ("nftables", "wireguard-tools", "wireguard-go")

PREPARE = f"""
set -e
useradd --create-home --shell /bin/bash --uid 1000 {ADMIN}
printf '%s:%s\\n' {ADMIN} '{SUDO_PASSWORD}' | chpasswd
install -d -m 0700 -o {ADMIN} -g {ADMIN} /home/{ADMIN}/.ssh
install -m 0600 -o {ADMIN} -g {ADMIN} /client.pub /home/{ADMIN}/.ssh/authorized_keys
rm /client.pub
printf 'lab\\n' > /etc/hostname
: > /etc/machine-id
: > /etc/fstab
rm -rf /var/log/journal
systemctl mask apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service e2scrub_all.timer \\
  e2scrub_reap.service fstrim.timer dpkg-db-backup.timer getty.target getty@tty1.service systemd-udevd.service \\
  systemd-udev-trigger.service systemd-timesyncd.service systemd-pstore.service systemd-sysusers.service
# They are more than half of each daemon-reload, and but for fstab's they find nothing in a lab host.
mkdir -p /etc/systemd/system-generators
for generator in /usr/lib/systemd/system-generators/*; do
  case $generator in *fstab*) ;; *) ln -sf /dev/null "/etc/systemd/system-generators/${{generator##*/}}" ;; esac
done
systemctl disable nftables.service
systemctl set-default multi-user.target
"""

FETCH = f"""
set -e
apt-get update -q
apt-get install -q -y --reinstall --download-only {" ".join(MISSING_ON_BARE)}
mkdir -p /var/lib/lab-packages
mv /var/cache/apt/archives/*.deb /var/lib/lab-packages/
dpkg --purge wireguard {" ".join(MISSING_ON_BARE)} 2>/dev/null || dpkg --purge {" ".join(MISSING_ON_BARE)}
cd /var/lib/lab-packages
for deb in *.deb; do
  dpkg-deb -f "$deb"
  printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
done > Packages
rm -rf /var/lib/apt/lists/* /etc/apt/sources.list /etc/apt/sources.list.d/*
printf 'deb [trusted=yes] file:/var/lib/lab-packages ./\\n' > /etc/apt/sources.list
apt-get update -q
"""

# What `firewalls` has besides, switched off.
ADD_FIREWALLS = """
set -e
apt-get update -q
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt-get install -q -y --no-install-recommends iptables ufw firewalld fail2ban python3-systemd
rm /usr/sbin/policy-rc.d
systemctl disable ufw.service firewalld.service fail2ban.service
apt-get clean
rm -rf /var/lib/apt/lists/*
"""

# What `docker` has besides, switched off; neither goes together with ufw.
ADD_DOCKER = """
set -e
apt-get update -q
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt-get install -q -y --no-install-recommends iptables iptables-persistent docker.io
rm /usr/sbin/policy-rc.d
systemctl disable docker.service docker.socket containerd.service netfilter-persistent.service
apt-get clean
rm -rf /var/lib/apt/lists/*
"""

# OpenRC in systemd's place, as on Alpine and Gentoo; Debian has it without the services that count on a real machine.
ADD_OPENRC = """
set -e
apt-get update -q
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt-get install -q -y --no-install-recommends openrc
rm /usr/sbin/policy-rc.d
rm -f /etc/runlevels/sysinit/* /etc/runlevels/default/dbus /etc/runlevels/default/sudo
apt-get clean
rm -rf /var/lib/apt/lists/*
"""


class LabError(Exception):
    """The lab cannot run here; the message says why and what to do."""


def cache_directory() -> Path:
    """Where the trees lie: $WGWIZARD_TEST_CACHE, else /var/cache/wgwizard-tests."""
    return Path(os.environ.get("WGWIZARD_TEST_CACHE") or "/var/cache/wgwizard-tests")


def _recipe_directory() -> Path:
    recipe = f"{SUITE}\n{PACKAGES}\n{PREPARE}\n{FETCH}\n{ADD_FIREWALLS}\n{ADD_DOCKER}\n{ADD_OPENRC}"
    return cache_directory() / hashlib.sha256(recipe.encode()).hexdigest()[:16]


def tree(variant: str = "full") -> Path:
    """The tree to boot from: "full", "bare" (without nftables and WireGuard), "firewalls" (with ufw, firewalld and fail2ban, all off),
    "docker" (with Docker and iptables-persistent, both off), "openrc" (with OpenRC), or one of KINDS.

    LabError when it has not been built.
    """
    path = _recipe_directory() / variant
    if not path.is_dir():
        raise LabError(f"{path} does not exist: run tests/system/run once as root with a network, it builds the lab's file trees")
    return path


def client_key() -> Path:
    """The private SSH key whose public half `admin` accepts."""
    return _recipe_directory() / "client_ed25519"


def build(kinds: Iterable[str] = ()) -> None:
    """Build what is not there yet, `kinds` too (25 s each once, with a network); runs beside each other wait for one another."""
    directory = _recipe_directory()
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not client_key().exists():
            _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "wgwizard lab", "-f", str(client_key()))
        if not (directory / "full").is_dir():
            _build_full(directory)
        if not (directory / "bare").is_dir():
            _build_from_full(directory, "bare", FETCH)
        if not (directory / "firewalls").is_dir():
            _build_from_full(directory, "firewalls", ADD_FIREWALLS)
        if not (directory / "docker").is_dir():
            _build_from_full(directory, "docker", ADD_DOCKER)
        if not (directory / "openrc").is_dir():
            _build_from_full(directory, "openrc", ADD_OPENRC)
        for name in kinds:
            if not (directory / name).is_dir():
                _build_kind(directory, KINDS[name])


def build_variant(variant: str, script: str) -> Path:
    """One more tree, if it is not there yet: "full" with what this shell script adds to it in a chroot."""
    directory = _recipe_directory()
    if not (directory / variant).is_dir():
        _build_from_full(directory, variant, script)
    return tree(variant)


_WIREGUARD_GO = """#!/bin/sh
setsid /opt/lab/ld-linux-x86-64.so.2 --library-path /opt/lab /opt/lab/wireguard-go -f "$1" </dev/null >/dev/null 2>&1 &
until [ -S "/run/wireguard/$1.sock" ]; do sleep 0.05; done
"""


def _build_full(directory: Path) -> None:
    _build(directory, "full", ["mmdebstrap", f"--include={PACKAGES}", SUITE])


def _build_kind(directory: Path, kind: Kind) -> None:
    """Not all of them have wireguard-go: they get Debian 12's, with its C library beside it, so that it cannot start itself anew."""
    if not Path(kind.keyring).exists():
        raise LabError(f"{kind.keyring} is not there: install {kind.keyring_package}")
    packages = PACKAGES.replace("wireguard-go,", "")
    _build(directory, kind.name, ["mmdebstrap", f"--keyring={kind.keyring}", f"--include={packages}", kind.suite], kind.source)
    place, full = directory / kind.name / "opt/lab", directory / "full"
    place.mkdir(parents=True)
    for path in ("usr/bin/wireguard-go", "lib64/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu/libc.so.6"):
        shutil.copy(full / path, place)
    wrapper = directory / kind.name / "usr/bin/wireguard-go"
    wrapper.write_text(_WIREGUARD_GO)
    wrapper.chmod(0o755)


def _build(directory: Path, name: str, command: list[str], *sources: str) -> None:
    half_done = directory / f"{name}.half"
    shutil.rmtree(half_done, ignore_errors=True)
    _run(*command[:-1], "--variant=minbase", command[-1], str(half_done), *sources)
    shutil.copy(client_key().with_suffix(".pub"), half_done / "client.pub")
    _run("chroot", str(half_done), "sh", "-c", PREPARE)
    (half_done / "etc/resolv.conf").unlink(missing_ok=True)  # Ubuntu's is a link to nowhere
    (half_done / "etc/resolv.conf").write_text("")
    half_done.rename(directory / name)


def _build_from_full(directory: Path, variant: str, script: str) -> None:
    half_done = directory / f"{variant}.half"
    shutil.rmtree(half_done, ignore_errors=True)
    _run("cp", "-a", str(directory / "full"), str(half_done))
    shutil.copy("/etc/resolv.conf", half_done / "etc/resolv.conf")
    _run("chroot", str(half_done), "sh", "-c", script)
    (half_done / "etc/resolv.conf").write_text("")
    half_done.rename(directory / variant)


def _run(*command: str) -> None:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LabError(f"{command[0]} is not installed: install mmdebstrap and openssh-client (Debian package names)") from None
    if done.returncode:
        output = (done.stdout + done.stderr)[-3000:]
        raise LabError(f"building the lab's file trees failed at {command[0]} (exit code {done.returncode}):\n{output}")
