"""What the owner of a host has on it already: rules, another tunnel, and files of odd modes, owners and bytes in our places."""

import os

from tests.system.lab.host import LabHost

ADM, ADMIN = 4, 1000
KEY = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="  # the example of wg(8)
ODD = b"[Interface]\r\n# \xff mine\nPrivateKey = not yet"
RULES = """\
#!/usr/sbin/nft -f
flush ruleset
table inet theirs {
  set banned { type ipv4_addr; elements = { 192.0.2.7 }; }
  chain input {
    type filter hook input priority filter; policy drop;
    ip saddr @banned counter drop
    ct state established,related accept
    iifname "lo" accept
    meta l4proto { icmp, icmpv6 } accept
    tcp dport 22 accept
    udp dport { 51820, 51900 } counter accept
  }
}
"""
OTHER = f"[Interface]\nPrivateKey = {KEY}\nListenPort = 51900\nAddress = 10.99.0.1/24\n"


def move_in(host: LabHost) -> None:
    """Before its first boot."""
    put(host, "/etc/wireguard/wg0.conf", ODD, 0o640, 0, ADM)
    put(host, "/etc/wgwizard/note", b"mine\n", 0o604, ADMIN, ADM)
    put(host, "/etc/sysctl.d/60-wgwizard-wg0.conf", b"# by hand\r\n", 0o604, ADMIN, ADM)
    (host.root / "etc/wgwizard").chmod(0o751)
    if (host.root / "usr/sbin/nft").exists():
        put(host, "/etc/nftables.conf", RULES.encode(), 0o755, 0, ADM)
        put(host, "/etc/wireguard/other.conf", OTHER.encode(), 0o640, 0, ADM)
        (host.root / "etc/wireguard").chmod(0o750)
        if not host.systemd:
            host.write("/etc/rc.local", "nft -f /etc/nftables.conf\nwg-quick up other\n")
            return
        wants = host.root / "etc/systemd/system/multi-user.target.wants"
        wants.mkdir(parents=True, exist_ok=True)
        (wants / "wg-quick@other.service").symlink_to("/lib/systemd/system/wg-quick@.service")


def assert_moved_in(host: LabHost) -> None:
    """Once it has booted: the owner's rules are loaded, and the other tunnel is up, where there are the programs for it."""
    if (host.root / "usr/sbin/nft").exists():
        assert "table inet theirs" in host.sh("nft list tables")
        assert "other" in host.sh("wg show interfaces").split()


def put(host: LabHost, path: str, content: bytes, mode: int, uid: int, gid: int) -> None:
    """A file of these bytes, mode, owner and group."""
    place = host.root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    os.chown(place, uid, gid)
    place.chmod(mode)
