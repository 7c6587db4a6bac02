"""The virtual machine: Debian's own kernel with this machine's files, read-only below a tmpfs, and no network device at all.

Emulated by qemu, so that it runs where no hardware virtualisation does, if ten times slower than this machine.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.system.lab import base

HERE = Path(__file__).parent
MEMORY = "4G"
INSIDE = "WGWIZARD_VM"  # set in the virtual machine
NETWORK_MANAGER = "networkmanager"
PROGRAMS = {"qemu-system-x86_64": "qemu-system-x86", "cpio": "cpio", "mke2fs": "e2fsprogs"}  # program -> Debian package
VARIANTS = ("full", NETWORK_MANAGER)  # the lab's trees that hosts can boot from there
# What the kernel needs before it can read any files of ours.
FIRST_MODULES = ("virtio_pci", "virtio_blk", "9pnet_virtio", "9p", "ext4", "overlay")

FETCH_KERNEL = """
set -e
apt-get update -q
apt-get install -q -y --download-only --no-install-recommends linux-image-amd64
for deb in /var/cache/apt/archives/linux-image-[0-9]*.deb; do dpkg-deb -x "$deb" /kernel; done
for version in /kernel/lib/modules/*; do busybox depmod -b /kernel "${version##*/}"; done
"""


# What `networkmanager` has besides, switched off.
ADD_NETWORK_MANAGER = """
set -e
apt-get update -q
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt-get install -q -y --no-install-recommends network-manager
rm /usr/sbin/policy-rc.d
systemctl disable NetworkManager.service NetworkManager-dispatcher.service NetworkManager-wait-online.service
apt-get clean
rm -rf /var/lib/apt/lists/*
"""


def build() -> None:
    """The trees, the kernel and the images that are not there yet; LabError where that cannot be."""
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        raise base.LabError(f"install {', '.join(missing)}" if missing else "this must run as root")
    base.build()
    base.build_variant(NETWORK_MANAGER, ADD_NETWORK_MANAGER)
    kernel()
    for variant in VARIANTS:
        image(variant)


def kernel() -> Path:
    """Debian's kernel with its modules, unpacked beside the lab's trees; fetched once, with a network."""
    place = base.tree().parent / "kernel"
    if not place.is_dir():
        fetched = base.build_variant("fetching", FETCH_KERNEL)
        (fetched / "kernel").rename(place)
        shutil.rmtree(fetched)
    return place


def image(variant: str) -> Path:
    """A tree of the lab as an image of a file system, made once: by 9p a host's boot takes minutes."""
    tree = base.tree(variant)
    place = tree.with_name(f"{variant}.ext4")
    if not place.exists():
        half_done = place.with_name(f"{place.name}.half")
        kilobytes = int(subprocess.run(["du", "-sk", f"{tree}/"], check=True, capture_output=True, text=True).stdout.split()[0])
        options = ("-q", "-F", "-t", "ext4", "-O", "^has_journal", "-N", "60000", "-d", f"{tree}/")
        subprocess.run(["mke2fs", *options, str(half_done), f"{kilobytes * 5 // 4}k"], check=True)
        half_done.rename(place)
    return place


def run(*command: str) -> int:
    """Run a command in a new virtual machine, in this directory and with this machine's files; its exit code."""
    with tempfile.TemporaryDirectory(prefix="wgwizard-vm-") as folder:
        share = Path(folder)
        _prepare(share, command)
        subprocess.run(_qemu(share), stdin=subprocess.DEVNULL, check=False)
        status = share / "status"
        if not status.exists():
            sys.stderr.write("the virtual machine ended before the command did\n")
            return 1
        return int(status.read_text())


def _prepare(share: Path, command: tuple[str, ...]) -> None:
    """What the machine reads: its initramfs, its scripts, and the command."""
    busybox, modules = base.tree() / "usr/bin/busybox", kernel() / "lib/modules"
    settings = {"BUSYBOX": str(busybox), "MODULES": str(modules), "CACHE": str(base.tree().parent), "TREES": " ".join(VARIANTS)}
    (share / "settings").write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items()))
    environment = {"PATH": os.environ["PATH"], "WGWIZARD_TEST_CACHE": "/vm/cache", "HOME": "/root", INSIDE: "yes"}
    words = ["exec", "env", "-C", str(Path.cwd()), *(f"{name}={value}" for name, value in environment.items()), *command]
    (share / "command").write_text(shlex.join(words) + "\n")
    shutil.copy(HERE / "inside.sh", share)
    tree = share / "initramfs"
    (tree / "modules").mkdir(parents=True)
    shutil.copy(busybox, tree)
    shutil.copy(HERE / "boot.sh", tree / "init")
    (tree / "init").chmod(0o755)
    order = in_order(modules, FIRST_MODULES)
    for module in order:
        shutil.copy(module, tree / "modules")
    (tree / "modules/order").write_text("".join(f"{module.name}\n" for module in order))
    pack(tree)


def pack(tree: Path) -> None:
    """An initramfs of this tree, beside it."""
    command = "find . -print0 | cpio --quiet -0 -o -H newc >../initramfs.cpio"
    subprocess.run(["sh", "-c", command], cwd=tree, check=True)


def in_order(modules: Path, names: tuple[str, ...]) -> list[Path]:
    """These modules, each after those that it needs."""
    (version,) = modules.iterdir()
    lines = (version / "modules.dep").read_text().splitlines()
    needs = {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}
    by_name = {re.sub(r"\.ko.*", "", Path(name).name).replace("-", "_"): name for name in needs}
    found: dict[str, None] = {}

    def add(name: str) -> None:
        for need in needs[name]:
            add(need)
        found.setdefault(name)

    for name in names:
        add(by_name[name])
    return [version / name for name in found]


def _qemu(share: Path) -> list[str]:
    (linux,) = (kernel() / "boot").glob("vmlinuz-*")
    files = [
        word
        for name, place, options in (("machine", "/", "readonly=on,multidevs=remap"), ("share", str(share), ""))
        for word in (
            *("-fsdev", f"local,id={name},path={place},security_model=passthrough{',' + options if options else ''}"),
            *("-device", f"virtio-9p-pci,fsdev={name},mount_tag={name}"),
        )
    ]
    return [
        *("qemu-system-x86_64", "-accel", "tcg", "-cpu", "Nehalem,+rdrand", "-smp", "1", "-m", MEMORY),
        *("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"),
        *("-kernel", str(linux), "-initrd", str(share / "initramfs.cpio")),
        *("-append", "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off"),
        *files,
        *(word for one in VARIANTS for word in ("-drive", f"file={image(one)},format=raw,if=virtio,readonly=on")),
    ]
