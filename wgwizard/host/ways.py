"""How packets leave Host β, and for whom that matters: routes, ip rules, who is logged in, who resolves names; pure."""

from msgspec import Struct, field

from wgwizard.host.nft_reading import ReadRules
from wgwizard.site import Address, Network

MAIN = "main"


class TableRoute(Struct, frozen=True):
    """A route in a routing table (ip-route(8)): `kind` is unicast, local, unreachable and so on; a lower `metric` wins."""

    network: Network
    device: str
    via: Address | None = None
    table: str = MAIN
    kind: str = "unicast"
    metric: int = 0


class PolicyRule(Struct, frozen=True):
    """An ip rule (ip-rule(8)): it sends what comes from `source` to `destination` to a routing `table`, or does `action` with it.

    `negated` turns the selectors round. `others` are selectors that cannot be judged from here, such as "uidrange 0-99".
    """

    priority: int
    version: int
    table: str = MAIN
    action: str = "lookup"
    source: Network | None = None
    destination: Network | None = None
    negated: bool = False
    never: bool = False
    suppress: int | None = None
    others: tuple[str, ...] = ()


class Ways(Struct, frozen=True):
    """What the checks against lock-outs know of the host.

    `ssh_peers` are the addresses of all who are connected to its SSH server, with the address of the host's that they use.
    `firewall` are the rules of others, `legacy` those that only iptables-legacy lists.
    """

    routes: tuple[TableRoute, ...] = ()
    rules: tuple[PolicyRule, ...] = ()
    ssh_ports: frozenset[int] = frozenset()
    ssh_peers: tuple[tuple[Address, Address], ...] = ()
    resolvers: tuple[Address, ...] = ()
    firewall: ReadRules = field(default_factory=ReadRules)
    legacy: ReadRules = field(default_factory=ReadRules)
