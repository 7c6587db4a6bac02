"""Plan -> β's ruleset: one table, which touches nothing but traffic of the tunnel (docs/strategies.md, Rules)."""

from collections.abc import Iterable, Sequence

from wgwizard.host.layout import table_name
from wgwizard.plan.model import FAMILIES, HOST, Plan, collapse
from wgwizard.render.artefact import Artefact
from wgwizard.render.nft_nodes import Chain, Map, Rule, Set, Table, one_of
from wgwizard.render.nft_sets import (
    ADDRESS_TYPE,
    PROTOCOLS,
    PermitSets,
    forward_elements,
    host_sets,
    permit_sets,
    service_sets,
)
from wgwizard.render.text import header
from wgwizard.site import Address, Family, Network, of_family

IP: dict[Family, str] = {4: "ip", 6: "ip6"}
PING: dict[Family, str] = {4: "icmp type echo-request", 6: "icmpv6 type echo-request"}
ESTABLISHED = Rule(("ct state established,related",), "accept", "answers, and what belongs to an open connection")
# `icmpx type` and, in prerouting, `addr . port to`: nft 0.9.8 (Debian 11) knows no shorter forms; later ones take both.
REJECT = Rule((), "counter reject with icmpx type admin-prohibited")

# The install script takes these chains out where β forwarded the family before (render/install.py).
FOREIGN_CHAINS: dict[Family, str] = {4: "foreign_ipv4", 6: "foreign_ipv6"}
# Stands for the LAN interface where it is not known yet; too long for an interface's name, so nft refuses the file as it is.
UNKNOWN_LAN = "(the LAN interface)"
# The group of every tunnel's interface (ip-link(8)), "wg" in ASCII: by it the tunnels of several sites on one host know each other.
TUNNEL_GROUP = 0x7767
OPENED_ELSEWHERE = (ESTABLISHED, Rule(("ct status dnat",), "accept", "ports that somebody published (containers)"))


def rules_path(interface: str) -> str:
    """Where the ruleset lies on β."""
    return f"/etc/wgwizard/{interface}.nft"


def ruleset(plan: Plan) -> Artefact:
    """β's ruleset, to be loaded by `nft -f`: whole, atomic, and as often as one likes."""
    rules = Ruleset(plan)
    table = Table(table_name(plan.host.interface), rules.sets(), rules.chains())
    lines = [*header(plan, "rules of the tunnel, loaded by nft -f; no other table is touched"), *table.render()]
    unknown = plan.forwarding.drop_foreign_ipv4 and not plan.forwarding.interfaces
    missing = ("host.interface",) if unknown else ()
    return Artefact(HOST, rules_path(plan.host.interface), "0644", "\n".join(lines) + "\n", missing=missing)


class Ruleset:
    """The parts of one plan's table; each chain's rules are a function of its own."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.wg = f'"{plan.host.interface}"'
        self.families = tuple(family for family in FAMILIES if (plan.forwarding.ipv4 if family == 4 else plan.forwarding.ipv6))
        self.site_networks = tuple(item.cidr for item in plan.site.networks)
        self.permits = permit_sets(plan.from_points, self.site_networks)
        self.services = service_sets(plan.to_points)
        self.host = host_sets(plan.to_host)
        self.forwards = {(f, p): forward_elements(plan.forwards, f, p) for f in self.families if self._published(f) for p in PROTOCOLS}

    # --- sets ----------------------------------------------------------------------------------------------------------

    def sets(self) -> tuple[Set | Map, ...]:
        """All sets and maps, the points' rights first."""
        found: list[Set | Map] = []
        for family in FAMILIES:
            if family in self.families:
                found += _permit_nodes(self.permits, family)
                found += _service_nodes(self.services, family)
                found += self._forward_maps(family)
            found += _host_nodes(self.host, family)
        return tuple(found)

    def _forward_maps(self, family: Family) -> list[Map]:
        kind = f"{ADDRESS_TYPE[family]} . inet_service"
        why = "port of the host : point's address . port"
        names = {protocol: f"forward_{protocol}{family}" for protocol in PROTOCOLS}
        return [Map(names[p], "inet_service", kind, self.forwards[family, p], why) for p in PROTOCOLS if (family, p) in self.forwards]

    def _published(self, family: Family) -> bool:
        """Whether β has an address at the site whose ports can lead to points."""
        return any(address.version == family for address in self.plan.site.host.addresses)

    # --- matches -------------------------------------------------------------------------------------------------------

    def site(self, family: Family) -> str:
        """The site's networks as a match operand."""
        return _operand(self.site_networks, family)

    def tunnel(self, family: Family) -> str:
        """The tunnel's networks as a match operand."""
        return _operand(self.plan.site.tunnel.networks, family)

    def own(self, family: Family, *, tunnel: bool) -> str:
        """β's own addresses at the site, with those in the tunnel where asked."""
        lan = [address.ip for address in self.plan.site.host.addresses]
        addresses: Iterable[Address] = (*(self.plan.site.tunnel.addresses if tunnel else ()), *lan)
        return one_of([str(address) for address in dict.fromkeys(addresses) if address.version == family])

    # --- chains --------------------------------------------------------------------------------------------------------

    def chains(self) -> tuple[Chain, ...]:
        """All chains; base chains hold nothing but what concerns the tunnel."""
        from_wg, to_wg = f"iifname {self.wg}", f"oifname {self.wg}"
        filters = (Rule((from_wg,), "jump from_points"), Rule((to_wg,), "jump to_points"))
        clamp = tuple(Rule((match, "tcp flags syn"), "tcp option maxseg size set rt mtu") for match in (from_wg, to_wg))
        return (
            Chain("forward", filters, "type filter hook forward priority filter"),
            Chain("from_points", self.from_points()),
            Chain("to_points", self.to_points()),
            Chain("input", (Rule((from_wg,), "jump to_host"),), "type filter hook input priority filter"),
            Chain("to_host", self.to_host()),
            Chain("clamp", clamp, "type filter hook forward priority mangle"),
            Chain("prerouting", self.prerouting(), "type nat hook prerouting priority dstnat"),
            Chain("postrouting", self.postrouting(), "type nat hook postrouting priority srcnat"),
            Chain(FOREIGN_CHAINS[4], self.foreign_ipv4(), "type filter hook forward priority filter"),
            Chain(FOREIGN_CHAINS[6], self.foreign_ipv6(), "type filter hook forward priority filter"),
        )

    def from_points(self) -> tuple[Rule, ...]:
        """What the points may open at the site."""
        rules = [ESTABLISHED]
        for family in self.families:
            ip, sets = IP[family], self.permits
            pair = f"{ip} saddr . {ip} daddr"
            if sets.of(family, "full_site"):
                match = (f"{ip} saddr @full_site{family}", f"{ip} daddr {self.site(family)}")
                rules.append(Rule(match, "accept", "points that may reach the whole site"))
            for stem in ("permit_any", "permit_net"):
                rules += _if_any(sets, family, stem, f"{pair} @{stem}{family}")
            for protocol in PROTOCOLS:
                for stem in (f"permit_{protocol}", f"permit_{protocol}_range"):
                    rules += _if_any(sets, family, stem, f"{pair} . {protocol} dport @{stem}{family}")
            for stem in ("permit_ping", "permit_ping_net"):
                rules += _if_any(sets, family, stem, f"{pair} @{stem}{family}", PING[family])
        return (*rules, REJECT)

    def to_points(self) -> tuple[Rule, ...]:
        """What the site may open on the points, by route or by a port forward."""
        rules = [ESTABLISHED]
        for family in self.families:
            ip, sets = IP[family], self.services
            source = f"{ip} saddr {self.site(family)}"
            if self.plan.forwards:
                match = ("ct status dnat", source, f"{ip} daddr {self.tunnel(family)}")
                rules.append(Rule(match, "accept", "port forwards of the host"))
            rules += _if_any(sets, family, "open_points", source, f"{ip} daddr @open_points{family}")
            for protocol in PROTOCOLS:
                stem = f"service_{protocol}"
                rules += _if_any(sets, family, stem, source, f"{ip} daddr . {protocol} dport @{stem}{family}")
            rules += _if_any(sets, family, "service_ping", source, f"{ip} daddr @service_ping{family}", PING[family])
        return (*rules, REJECT)

    def to_host(self) -> tuple[Rule, ...]:
        """What the points may open on β itself; without this they would reach every port of it."""
        rules = [ESTABLISHED]
        for family in FAMILIES:
            if not any(address.version == family for address in self.plan.site.tunnel.addresses):
                continue
            ip = IP[family]
            destination = f"{ip} daddr {self.own(family, tunnel=True)}"
            rules.append(Rule((PING[family], destination), "accept"))
            for protocol in PROTOCOLS:
                stem = f"host_{protocol}"
                rules += _if_any(self.host, family, stem, f"{ip} saddr . {protocol} dport @{stem}{family}", destination)
        return (*rules, REJECT)

    def prerouting(self) -> tuple[Rule, ...]:
        """The port forwards, for the site's own networks and β's own addresses only."""
        rules: list[Rule] = []
        for (family, protocol), elements in self.forwards.items():
            if elements:
                ip = IP[family]
                match = (f"iifname != {self.wg}", f"{ip} saddr {self.site(family)}", f"{ip} daddr {self.own(family, tunnel=False)}")
                rules.append(Rule(match, f"dnat {ip} addr . port to {protocol} dport map @forward_{protocol}{family}"))
        return tuple(rules)

    def postrouting(self) -> tuple[Rule, ...]:
        """Masquerade into the site, and into the tunnel where the points shall see β."""
        rules: list[Rule] = []
        for family in self.families:
            ip = IP[family]
            for item in self.plan.masquerades:
                ends = (f"{ip} saddr {_operand(item.sources, family)}", f"{ip} daddr {_operand(item.destinations, family)}")
                rules.append(Rule((f"oifname != {self.wg}", *ends), "masquerade", "the site sees the host in place of the points"))
            if self.plan.masquerade_into_tunnel:
                ends = (f"{ip} saddr {self.site(family)}", f"{ip} daddr {self.tunnel(family)}")
                match = (f"oifname {self.wg}", "ct status dnat", *ends)
                rules.append(Rule(match, "masquerade", "the points see the host in place of the site's computers"))
        return tuple(rules)

    def foreign_ipv4(self) -> tuple[Rule, ...]:
        """What comes in from the LAN and is not for a tunnel: the LAN interface's switch would open it where it was off before."""
        if not self.plan.forwarding.drop_foreign_ipv4:
            return ()
        lan = one_of([f'"{name}"' for name in self.plan.forwarding.interfaces or (UNKNOWN_LAN,)])
        match = ("meta nfproto ipv4", f"iifname {lan}", f"oifname != {self.wg}", f"oifgroup != {TUNNEL_GROUP}")
        why = "the LAN interface did not forward IPv4 before the tunnel came: keep other paths closed"
        return (*OPENED_ELSEWHERE, Rule(match, "counter drop", why))

    def foreign_ipv6(self) -> tuple[Rule, ...]:
        """IPv6 forwards that are not ours: the one switch for IPv6 forwarding would open them where it was off before."""
        if not self.plan.forwarding.drop_foreign_ipv6:
            return ()
        ours = (f"iifname != {self.wg}", f"oifname != {self.wg}", f"iifgroup != {TUNNEL_GROUP}", f"oifgroup != {TUNNEL_GROUP}")
        why = "IPv6 was not forwarded here before the tunnel came: keep other paths closed"
        return (*OPENED_ELSEWHERE, Rule(("meta nfproto ipv6", *ours), "counter drop", why))


def _operand(networks: Iterable[Network], family: Family) -> str:
    return one_of([str(network) for network in collapse(of_family(networks, family))])


def _if_any(sets: PermitSets, family: Family, stem: str, *matches: str) -> list[Rule]:
    """An accepting rule, left out where its set would be empty."""
    return [Rule(matches, "accept")] if sets.of(family, stem) else []


def _permit_nodes(sets: PermitSets, family: Family) -> list[Set | Map]:
    """The sets of what points may open at the site."""
    kind = ADDRESS_TYPE[family]
    pair = f"{kind} . {kind}"
    shapes: Sequence[tuple[str, str, bool, str]] = (
        ("full_site", kind, False, "points that may reach the whole site"),
        ("permit_any", pair, False, "point . computer: everything"),
        ("permit_net", pair, True, "point . network: everything"),
        ("permit_tcp", f"{pair} . inet_service", False, "point . computer . port"),
        ("permit_tcp_range", f"{pair} . inet_service", True, "point . network . ports"),
        ("permit_udp", f"{pair} . inet_service", False, "point . computer . port"),
        ("permit_udp_range", f"{pair} . inet_service", True, "point . network . ports"),
        ("permit_ping", pair, False, "point . computer: ping, wherever a port is permitted"),
        ("permit_ping_net", pair, True, "point . network: ping, wherever a port is permitted"),
    )
    return [Set(f"{stem}{family}", key, sets.of(family, stem), interval, why) for stem, key, interval, why in shapes]


def _service_nodes(services: PermitSets, family: Family) -> list[Set | Map]:
    """The sets of what the site may open on points."""
    kind = ADDRESS_TYPE[family]
    nodes: list[Set | Map] = [Set(f"open_points{family}", kind, services.of(family, "open_points"), why="points that the site may open")]
    for protocol in PROTOCOLS:
        stem = f"service_{protocol}"
        nodes.append(
            Set(f"{stem}{family}", f"{kind} . inet_service", services.of(family, stem), why="point . service that the site may open")
        )
    nodes.append(Set(f"service_ping{family}", kind, services.of(family, "service_ping"), why="points with services: ping"))
    return nodes


def _host_nodes(host: PermitSets, family: Family) -> list[Set | Map]:
    """The sets of what points may open on β itself."""
    key = f"{ADDRESS_TYPE[family]} . inet_service"
    why = "point . port of the host's own services"
    return [Set(f"host_{protocol}{family}", key, host.of(family, f"host_{protocol}"), why=why) for protocol in PROTOCOLS]
