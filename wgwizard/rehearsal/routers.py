"""The nftables rules of the replica's own routers: the site's with its port forward, and those in the points' homes; pure."""

from collections.abc import Sequence
from ipaddress import ip_address

from wgwizard.plan import Plan
from wgwizard.site import Address
from wgwizard.siteroutes import in_cloud

TABLE = "replica"


def site_router_rules(plan: Plan, lans: Sequence[str], wan: str) -> str:
    """The firewall and NAT of the site's default gateway, with the UDP port forward to β.

    Where it is not known whether the router drops connections of which it sees only half, it does here: what hangs on that
    is not proven. A cloud's implied router keeps no connections at all.
    """
    strict = plan.site.router_drops_invalid is not False and not in_cloud(plan.site)
    inside = ", ".join(f'"{name}"' for name in lans)
    accepted = [f"iifname {{ {inside} }} accept", f'iifname "{wan}" ct status dnat accept', *_dialled_directly(plan, wan)]
    return _table([_forward_chain(strict, accepted), _port_forwards(plan, wan), _masquerade(wan)])


def host_as_router_rules(wan: str) -> str:
    """β's own NAT where it is the site's default gateway: the LAN's way to the internet, nothing that the plan would meet."""
    return _table([_masquerade(wan)])


def home_router_rules(lan: str, wan: str, forward: tuple[int, Address, int] | None) -> str:
    """A router at home: everything out, nothing in but answers, and one UDP port (its own, to address and port) where given."""
    accepted = [f'iifname "{lan}" accept', f'iifname "{wan}" ct status dnat accept']
    forwards = [_dnat(wan, *forward)] if forward is not None else []
    return _table([_forward_chain(True, accepted), _chain("prerouting", "nat", "dstnat", forwards), _masquerade(wan)])


def _dialled_directly(plan: Plan, wan: str) -> list[str]:
    """Where the points dial β at its own LAN address, the router lets that through."""
    endpoint = plan.site.host.endpoint
    own = next((address.ip for address in plan.site.host.addresses if endpoint is not None and str(address.ip) == endpoint.host), None)
    if own is None or endpoint is None:
        return []
    return [f'iifname "{wan}" {"ip" if own.version == 4 else "ip6"} daddr {own} udp dport {endpoint.port} accept']


def _port_forwards(plan: Plan, wan: str) -> str:
    """From the port that the points dial to β's own, at β's first address of each family."""
    endpoint = plan.site.host.endpoint
    if endpoint is None or plan.host.listen_port is None:
        return ""
    own = [address.ip for address in plan.site.host.addresses]
    first = [next((address for address in own if address.version == version), None) for version in (4, 6)]
    rules = [_dnat(wan, endpoint.port, address, plan.host.listen_port) for address in first if address is not None]
    return _chain("prerouting", "nat", "dstnat", rules)


def _dnat(wan: str, port: int, address: Address, to_port: int) -> str:
    family, target = ("ip", f"{address}") if ip_address(address).version == 4 else ("ip6", f"[{address}]")
    protocol = "ipv4" if family == "ip" else "ipv6"
    return f'iifname "{wan}" meta nfproto {protocol} udp dport {port} dnat {family} to {target}:{to_port}'


def _forward_chain(strict: bool, accepted: Sequence[str]) -> str:
    first = ["ct state invalid drop"] if strict else []
    rules = [*first, "ct state established,related accept", *accepted]
    return _chain("forward", "filter", "filter", rules, policy="drop")


def _masquerade(wan: str) -> str:
    return _chain("postrouting", "nat", "srcnat", [f'oifname "{wan}" masquerade'])


def _chain(hook: str, kind: str, priority: str, rules: Sequence[str], policy: str = "accept") -> str:
    lines = [f"type {kind} hook {hook} priority {priority}; policy {policy};", *rules]
    return "\n".join([f"  chain {hook} {{", *(f"    {line}" for line in lines), "  }"])


def _table(chains: Sequence[str]) -> str:
    body = "\n".join(chain for chain in chains if chain)
    return f"table inet {TABLE} {{\n{body}\n}}\n"
