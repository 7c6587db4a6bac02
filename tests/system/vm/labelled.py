"""A whole machine with SELinux enforcing: Debian 12 with its own kernel, plugged into the lab's LAN by a tap.

Emulated by qemu, as in machine.py; but here only Host β is, and the tests run outside of it.
"""

import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path

from tests.system.lab import base
from tests.system.lab.lan import BRIDGE, ip, set_sysctl
from tests.system.point_support import Side
from tests.system.vm import machine
from wgwizard.rehearsal import netns

HERE = Path(__file__).parent
RUNS = "WGWIZARD_LABELLED"  # set where `python -m tests.system.vm.selinux` runs the tests
VARIANT = "selinux"
READY_WITHIN = 400.0  # seconds; 30 to 100 are usual
MEMORY = "1G"
FIRST_MODULES = ("virtio_pci", "virtio_blk", "virtio_net", "crc32c_generic", "ext4")
# Of the kernel's modules, what a host with a tunnel may ask for.
KEPT_MODULES = ("kernel/net", "kernel/lib", "kernel/crypto", "kernel/arch", "kernel/drivers/net/wireguard", "modules.[bo]*")

# What the tree has besides. The first process loads the policy; the addresses are there before anything asks for the network.
ADD_SELINUX = r"""
set -e
apt-get update -q
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt-get install -q -y --no-install-recommends selinux-policy-default selinux-utils policycoreutils auditd kmod
rm /usr/sbin/policy-rc.d
apt-get clean
rm -rf /var/lib/apt/lists/*
printf 'SELINUX=enforcing\nSELINUXTYPE=default\n' > /etc/selinux/config
cat > /usr/local/sbin/lab-network <<'END'
#!/bin/sh
echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
ip link set lo up
while read -r name number; do
  ip link set "$name" up
  ip address add "$number/24" dev "$name"
done <<'LINKS'
eth0 192.168.200.2
eth1 198.51.100.1
LINKS
ip address add fd00:200::2/64 dev eth0 nodad
ip address add fd00:100::1/64 dev eth1 nodad
ip route add default via 192.168.200.254
ip route add default via fd00:200::254
END
chmod 755 /usr/local/sbin/lab-network
cat > /etc/systemd/system/lab-network.service <<'END'
[Unit]
Description=The addresses of a lab host
DefaultDependencies=no
After=local-fs.target
Before=network.target sshd.service
Wants=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/lab-network

[Install]
WantedBy=multi-user.target
END
systemctl enable -q lab-network.service
printf 'labelled\n' > /etc/hostname
printf '127.0.0.1 localhost labelled\n::1 localhost labelled\n' > /etc/hosts
printf '%s ALL=(ALL:ALL) NOPASSWD: ALL\n' admin > /etc/sudoers.d/admin
chmod 440 /etc/sudoers.d/admin
"""
# setfiles sets a label by way of /proc.
LABEL = 'mount -t proc proc "$0/proc" && chroot "$0" setfiles -F "/etc/selinux/$1/contexts/files/file_contexts" /'


def build() -> None:
    """The tree and its image, labelled, where they are not there yet; LabError where that cannot be."""
    base.build()
    machine.kernel()
    tree = base.build_variant(VARIANT, ADD_SELINUX)
    if not disk().exists():
        _add_modules(tree)
        label(tree, "default")
        machine.image(VARIANT)


def disk() -> Path:
    """The image that the machine boots from."""
    return base.tree(VARIANT).with_name(f"{VARIANT}.ext4")


def _add_modules(tree: Path) -> None:
    (modules,) = (machine.kernel() / "lib/modules").iterdir()
    for pattern in KEPT_MODULES:
        for source in modules.glob(pattern):
            place = tree / "usr/lib/modules" / modules.name / source.relative_to(modules)
            place.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", "-T", str(source), str(place)], check=True)
    subprocess.run(["chroot", str(tree), "depmod", modules.name], check=True)


def label(tree: Path, policy: str) -> None:
    """Give each file of the tree the label that the policy in it says; this machine's kernel needs to know nothing of that."""
    subprocess.run(["unshare", "--mount", "sh", "-c", LABEL, str(tree), policy], check=True, capture_output=True)


class Machine:
    """What tests see as a lab host: started, asked over SSH, restarted, ended."""

    def __init__(self, directory: Path, image: Path) -> None:
        self.directory = directory
        self.image = image
        self._process: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        """Make its two links, start it, and wait until it has come up."""
        for name in ("tap0", "tap1"):
            ip("tuntap", "add", name, "mode", "tap")
            ip("link", "set", name, "up")
        ip("link", "set", "tap0", "master", BRIDGE)
        self._pack()
        shutil.copy(self.image, self.directory / "disk")
        self._start()
        self._wait_until_ready()

    def _start(self) -> None:
        with (self.directory / "console").open("ab") as console:
            self._process = subprocess.Popen(self._qemu(), stdin=subprocess.DEVNULL, stdout=console, stderr=console)

    def _pack(self) -> None:
        tree = self.directory / "initramfs"
        (tree / "modules").mkdir(parents=True)
        shutil.copy(base.tree() / "usr/bin/busybox", tree)
        shutil.copy(HERE / "labelled.sh", tree / "init")
        (tree / "init").chmod(0o755)
        order = machine.in_order(machine.kernel() / "lib/modules", FIRST_MODULES)
        for module in order:
            shutil.copy(module, tree / "modules")
        (tree / "modules/order").write_text("".join(f"{module.name}\n" for module in order))
        machine.pack(tree)

    def _qemu(self) -> list[str]:
        (linux,) = (machine.kernel() / "boot").glob("vmlinuz-*")
        cards = [
            word
            for number in range(2)
            for word in (
                *("-netdev", f"tap,id=net{number},ifname=tap{number},script=no,downscript=no"),
                *("-device", f"virtio-net-pci,netdev=net{number},mac=02:77:00:00:0{number}:02"),
            )
        ]
        return [
            *("qemu-system-x86_64", "-accel", "tcg", "-cpu", "Nehalem,+rdrand", "-smp", "1", "-m", MEMORY),
            *("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"),
            *("-kernel", str(linux), "-initrd", str(self.directory / "initramfs.cpio")),
            *("-append", "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off security=selinux selinux=1 enforcing=1 net.ifnames=0"),
            *("-drive", f"file={self.directory / 'disk'},format=raw,if=virtio"),
            *cards,
        ]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            if self.run("systemctl", "is-system-running", "--wait", check=False).stdout.strip() in ("running", "degraded"):
                return
            time.sleep(1)
        raise base.LabError(f"the machine did not come up in {READY_WITHIN:.0f} s\n{self.console()}")

    def run(self, *command: str, check: bool = True, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run a command as root, logged in as admins are."""
        known = self.directory / "known_hosts"
        options = ("BatchMode=yes", "ConnectTimeout=20", "StrictHostKeyChecking=no", f"UserKnownHostsFile={known}", "LogLevel=ERROR")
        ssh = ["ssh", "-F", "none", "-i", str(base.client_key()), *(word for option in options for word in ("-o", option))]
        login = [*ssh, f"{base.ADMIN}@192.168.200.2", f"sudo -n {shlex.join(command)}"]
        done = subprocess.run(login, capture_output=True, text=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL)
        if check and done.returncode:
            raise base.LabError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def sh(self, script: str, *, check: bool = True, timeout: float = 120.0) -> str:
        """Run a shell script as root and return what it printed."""
        return self.run("sh", "-c", script, check=check, timeout=timeout).stdout

    def reboot(self) -> None:
        """Restart it, and wait until it is up again; qemu ends instead, and is started anew with the same disk."""
        self.run("systemctl", "reboot", check=False)
        assert self._process is not None
        self._process.wait(READY_WITHIN)
        self._start()
        self._wait_until_ready()

    def far_side(self) -> Side:
        """Whom the second link leads to: a network namespace at .9, whose default gateway is the machine."""
        space = f"far-{os.getpid()}"
        netns.add(space)
        set_sysctl("net/ipv6/conf/default/accept_dad", "0", netns=space)
        ip("link", "set", "tap1", "netns", space)
        ip("link", "set", "tap1", "up", netns=space)
        for address in ("198.51.100.9/24", "fd00:100::9/64"):
            ip("address", "add", address, "dev", "tap1", netns=space)
        for gateway in ("198.51.100.1", "fd00:100::1"):
            ip("route", "add", "default", "via", gateway, netns=space)
        return Side(space, {4: "198.51.100.9", 6: "fd00:100::9"})

    def destroy(self) -> None:
        """End it, and throw its disk away."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        ip("link", "delete", "tap0")  # the other one went with its namespace
        subprocess.run(["ip", "link", "delete", "tap1"], capture_output=True, check=False)
        (self.directory / "disk").unlink(missing_ok=True)

    def console(self) -> str:
        """What kernel and init said."""
        return (self.directory / "console").read_text(errors="replace")[-4000:]

    @property
    def host_key(self) -> str:
        """The SSH host key as in a known_hosts line."""
        return " ".join((base.tree(VARIANT) / "etc/ssh/ssh_host_ed25519_key.pub").read_text().split()[:2])
