"""What the probe found on Host β: pure values; `facts_parsing` reads them from the probe's output."""

from ipaddress import IPv4Address, IPv6Address

from msgspec import Struct, field

from wgwizard.host.ways import Ways
from wgwizard.site import Address, InterfaceAddress, Network


class HostFile(Struct, frozen=True):
    """A file that is or may become ours: `kind` is "absent", "file" or "other" (a link, a directory).

    `mode` is octal ("0600"), `owner` "UID:GID"; `text` has keys hidden, `preshared_digest` stands for the preshared keys in it.
    """

    path: str
    kind: str = "absent"
    mode: str = ""
    owner: str = ""
    sha256: str = ""
    text: str = ""
    preshared_digest: str = ""


class Route(Struct, frozen=True):
    """A route: `gateway` is true where it leads through another router, `via` that router's address where it is known."""

    network: Network
    device: str
    gateway: bool
    via: Address | None = None


class LivePeer(Struct, frozen=True):
    """A peer of the running interface; `handshake` in seconds since 1970, `None` for never; `endpoint` "address:port" or ""."""

    public_key: str
    allowed_ips: frozenset[str]
    handshake: float | None
    keepalive: int | None
    endpoint: str = ""


class LiveTunnel(Struct, frozen=True):
    """The WireGuard interface that is there; `mtu` is `None` where the host does not say it, `up` whether it is switched on."""

    public_key: str
    listen_port: int
    addresses: tuple[InterfaceAddress, ...]
    peers: tuple[LivePeer, ...]
    mtu: int | None = None
    up: bool = True


class UnitState(Struct, frozen=True):
    """systemd's words: "enabled", "active" and so on, "-" where it has none."""

    enabled: str = "-"
    active: str = "-"


class SshPath(Struct, frozen=True):
    """How this session reached the host, as the host sees it (SSH_CONNECTION)."""

    client: Address
    server: Address
    port: int


class System(Struct, frozen=True):
    """What the host is: `tools` are the wanted programs that it has, `init` the name of process 1, `node` what it calls itself.

    `openrc`: OpenRC starts its services, whatever process 1 is.
    `networkd_version` is 0 where systemd-networkd does not run, `networkd_group` its group's id; `network_manager` is the version of
    NetworkManager, empty where that does not run. `nftables_beside_firewalld`: firewalld is there and does not stop nftables.service.
    `release` is the running kernel's; `kernel_is_gone`: its modules are, those of another one are there.
    """

    name: str = ""
    kernel: str = "Linux"
    init: str = "systemd"
    package_manager: str | None = None
    tools: frozenset[str] = frozenset()
    kernel_wireguard: bool = False
    userspace_wireguard: bool = False
    now: float = 0.0
    node: str = ""
    openrc: bool = False
    networkd_version: int = 0
    networkd_group: str = ""
    network_manager: tuple[int, ...] = ()
    nftables_beside_firewalld: bool = False
    release: str = ""
    kernel_is_gone: bool = False

    @property
    def systemd(self) -> bool:
        """Whether units can be asked for."""
        return self.init == "systemd"

    @property
    def starts_us(self) -> bool:
        """Whether rules and tunnel come back at boot by themselves; else the host's own start-up has to call them."""
        return self.systemd or self.openrc


class Transaction(Struct, frozen=True):
    """A change under way on the host: "none", "staging", "pending", "rolling" or "confirmed".

    One that is `left_over` has nobody who ends it; with "none" it is the litter of one that has ended. `undo_in` and `lock_ends_in` are
    seconds, `None` where they do not count.
    """

    state: str = "none"
    who: str = ""
    since: str = ""
    left_over: bool = False
    undo_in: int | None = None
    lock_ends_in: int | None = None


class Facts(Struct, frozen=True):
    """Host β as found. Golden tests keep the first five of these in facts.json.

    `interfaces` maps an interface's name to its addresses, our own tunnel's left out; `ra_default_interfaces` learned their IPv6
    default route by RA. The forwarding flags say how it was without us; `ipv4_forwarders` are the interfaces that forwarded IPv4 by
    their own switch. `applied` maps the path of each file that we put there to
    its sha256, empty where we never applied, and `baseline` says what stood there before ("file", "absent"). `about` is what the host
    noted of the last apply, `kept` the files as it wrote them where another one stands there by now, `rulesets` the rules as they
    were applied and as they are loaded, empty where they are the same. `before` are the files as they stood before the last apply and
    `about_before` what was noted of them, both empty unless asked for and where they are not kept. `fingerprint` covers
    everything that an apply would touch; `ways` is what the checks against lock-outs need. `keepers` says of an interface what program
    configures it, where one that we know does, "-" where NetworkManager leaves it alone.
    """

    interfaces: dict[str, tuple[InterfaceAddress, ...]] = field(default_factory=dict)
    ipv4_forwarding: bool = False
    ipv6_forwarding: bool = False
    ra_default_interfaces: tuple[str, ...] = ()
    public_key: str | None = None
    links: frozenset[str] = frozenset()
    routes: tuple[Route, ...] = ()
    sysctls: dict[str, str] = field(default_factory=dict)
    udp_ports: frozenset[int] = frozenset()
    files: dict[str, HostFile] = field(default_factory=dict)
    table: str | None = None
    applied_table: str | None = None
    units: dict[str, UnitState] = field(default_factory=dict)
    tunnel: LiveTunnel | None = None
    applied: dict[str, str] = field(default_factory=dict)
    baseline: dict[str, str] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    kept: dict[str, HostFile] = field(default_factory=dict)
    rulesets: tuple[str, str] = ("", "")
    before: dict[str, HostFile] = field(default_factory=dict)
    about_before: dict[str, str] = field(default_factory=dict)
    ssh: SshPath | None = None
    system: System = field(default_factory=System)
    transaction: Transaction = field(default_factory=Transaction)
    fingerprint: str = ""
    ipv4_forwarders: frozenset[str] = frozenset()
    ways: Ways = field(default_factory=Ways)
    keepers: dict[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Whether a tunnel of ours stands there already."""
        return bool(self.applied)

    def addresses(self) -> dict[IPv4Address | IPv6Address, str]:
        """Each address of the host, our tunnel's left out, with its interface."""
        return {item.ip: name for name, items in self.interfaces.items() for item in items}
