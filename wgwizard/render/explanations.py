"""Each line of a ruleset or of a WireGuard file in one plain sentence, for the pages that show them; pure.

The facts behind the sentences are in docs/strategies.md.
"""

import re
from functools import cache

# The first pattern that matches a whole line (without its indentation) explains it.
_SHAPES = (
    (r"table inet \S+", "Names the table, so that the next line finds one to delete on the very first load too."),
    (
        r"delete table inet \S+",
        "Takes the rules of the last load away. nft does the whole file in one step: there is no moment without rules.",
    ),
    (r"table inet \S+ \{", "The one table of this tunnel. No other table of the host is touched."),
    (r"type [a-z0-9_ .:]+;", "What one element is: an address, or addresses and a port joined together."),
    (r"size \d+;", "Room to grow. The look-up is by hash, and costs the same however many elements there are."),
    (r"flags interval;", "The elements may be networks and ranges of ports, not only single values."),
    (r"[0-9a-f:./-]+( \. [0-9a-f:./-]+)* : [0-9a-f:.]+ \. \d+,?", "A port of Host β, and the point's address and port that it leads to."),
    (r"[0-9a-f:./-]+( \. [0-9a-f:./-]+)*,?", "An element: {what}."),
)
_SETS = {
    "full_site": ("the points that may reach every computer of the site", "a point, by its address in the tunnel"),
    "permit_any": ("which point may reach everything on which computer", "a point, and a computer"),
    "permit_net": ("which point may reach everything in which network", "a point, and a network of the site"),
    "permit_tcp": ("which point may open which TCP port of which computer", "a point, a computer, and a port of it"),
    "permit_tcp_range": ("which point may open which TCP ports in which network", "a point, a network, and ports there"),
    "permit_udp": ("which point may open which UDP port of which computer", "a point, a computer, and a port of it"),
    "permit_udp_range": ("which point may open which UDP ports in which network", "a point, a network, and ports there"),
    "permit_ping": ("which point may ping which computer: each of which it may open something", "a point, and a computer"),
    "permit_ping_net": ("which point may ping which network: each in which it may open something", "a point, and a network"),
    "open_points": ("the points of which the site may open every port", "a point, by its address in the tunnel"),
    "service_tcp": ("which TCP service of which point the site may open", "a point, and its port"),
    "service_udp": ("which UDP service of which point the site may open", "a point, and its port"),
    "service_ping": ("the points that the site may ping: those with services", "a point, by its address in the tunnel"),
    "host_tcp": ("which point may open which TCP service of Host β itself", "a point, and a port of Host β"),
    "host_udp": ("which point may open which UDP service of Host β itself", "a point, and a port of Host β"),
    "forward_tcp": ("which TCP port of Host β leads to which service of a point", ""),
    "forward_udp": ("which UDP port of Host β leads to which service of a point", ""),
}
_CHAINS = {
    "forward": "Where packets of the tunnel are picked out of all that Host β sends on.",
    "from_points": "What the points may open at the site.",
    "to_points": "What the site may open on the points.",
    "input": "Where packets of the tunnel for Host β itself are picked out.",
    "to_host": "What the points may open on Host β itself. Without this they would reach every port of it.",
    "clamp": "Keeps TCP from stalling where messages about too large packets are lost on the way.",
    "prerouting": "The port forwards: where packets get their new destination, before they are routed.",
    "postrouting": "The masquerade: where packets get their new source, after they were routed.",
    "foreign_ipv4": "Keeps closed what the switch for IPv4 forwarding on the LAN interface would open beside the tunnel.",
    "foreign_ipv6": "Keeps closed what the one switch for IPv6 forwarding would open between interfaces that are not ours.",
}
_RULES = (
    (
        r"type filter hook forward priority filter; policy accept;",
        "Sees every packet that Host β forwards, and leaves alone what no rule here names.",
    ),
    (r"type filter hook forward priority mangle; policy accept;", "Sees the same packets earlier, before they are judged."),
    (
        r"type filter hook input priority filter; policy accept;",
        "Sees every packet for Host β itself, and leaves alone what no rule here names.",
    ),
    (
        r"type nat hook prerouting priority dstnat; policy accept;",
        "Sees the first packet of each connection that comes in; the rest of it follows by itself.",
    ),
    (
        r"type nat hook postrouting priority srcnat; policy accept;",
        "Sees the first packet of each connection that goes out; the rest of it follows by itself.",
    ),
    (r'iifname "\S+" jump from_points', "What comes out of the tunnel is judged by from_points."),
    (r'oifname "\S+" jump to_points', "What goes into the tunnel is judged by to_points."),
    (r'iifname "\S+" jump to_host', "What comes out of the tunnel for Host β itself is judged by to_host."),
    (
        r"ct state established,related accept",
        "Answers, and all else that belongs to an open connection, pass first: that is nearly every packet.",
    ),
    (r"ip6? saddr @full_site\d ip6? daddr .+ accept", "A point that may reach the whole site opens anything in the site's networks."),
    (r"ip6? saddr \. ip6? daddr @permit_(any|net)\d accept", "A point opens anything where it has the right to everything."),
    (r"ip6? saddr \. ip6? daddr \. (tcp|udp) dport @permit_\S+ accept", "A point opens the ports that its rights name."),
    (r"ip6? saddr \. ip6? daddr @permit_ping(_net)?\d icmp(v6)? type echo-request accept", "A point pings wherever it may open something."),
    (
        r"counter reject with icmpx type admin-prohibited",
        "Everything else is counted and refused with a message, so that the caller need not wait.",
    ),
    (
        r"ct status dnat ip6? saddr .+ ip6? daddr .+ accept",
        "What came to a port of Host β that leads to a point may go on into the tunnel.",
    ),
    (r"ip6? saddr .+ ip6? daddr @open_points\d accept", "The site's computers open anything on these points."),
    (
        r"ip6? saddr .+ ip6? daddr \. (tcp|udp) dport @service_(tcp|udp)\d accept",
        "The site's computers open the services that are listed for a point.",
    ),
    (
        r"ip6? saddr .+ ip6? daddr @service_ping\d icmp(v6)? type echo-request accept",
        "The site's computers ping a point that has services.",
    ),
    (r"icmp(v6)? type echo-request ip6? daddr .+ accept", "Every point may ping Host β, at each of its own addresses."),
    (
        r"ip6? saddr \. (tcp|udp) dport @host_(tcp|udp)\d ip6? daddr .+ accept",
        "A point opens those services of Host β that it has the right to.",
    ),
    (
        r'[io]ifname "\S+" tcp flags syn tcp option maxseg size set rt mtu',
        "Both ends of a new TCP connection hear of a segment size that fits the way.",
    ),
    (
        r'iifname != "\S+" ip6? saddr .+ ip6? daddr .+ dnat ip6? addr \. port to (tcp|udp) dport map @forward_(tcp|udp)\d',
        "A port of Host β, opened from the site's networks and nowhere else, leads to a point's service: the destination is rewritten.",
    ),
    (
        r'oifname != "\S+" ip6? saddr .+ ip6? daddr .+ masquerade',
        "What the points send to the site leaves with Host β's own address as its source. Both ends are named: nothing else is rewritten.",
    ),
    (
        r'oifname "\S+" ct status dnat ip6? saddr .+ ip6? daddr .+ masquerade',
        "What came to a port of Host β goes into the tunnel with Host β's tunnel address as its source: the points see only Host β.",
    ),
    (r"ct status dnat accept", "Ports that somebody published on this host (containers) stay open."),
    (
        r'meta nfproto ipv4 iifname .+ oifname != "\S+" oifgroup != \d+ counter drop',
        "IPv4 that comes in from the LAN and is for no tunnel is dropped: Host β did not forward it before, and does not now.",
    ),
    (
        r'meta nfproto ipv6 iifname != "\S+" oifname != "\S+" iifgroup != \d+ oifgroup != \d+ counter drop',
        "IPv6 between interfaces that are no tunnel of ours is dropped: Host β did not forward it before, and does not now.",
    ),
)
_NO_WORDS = re.compile(r"|#.*|\}|elements = \{")
_CONTAINER = re.compile(r"(?P<kind>set|map|chain) (?P<name>[a-z_]+)(?P<family>\d?) \{")


@cache
def explain_rule(line: str, container: str = "") -> str | None:
    """What one line of a ruleset does; "" for a brace or a comment, `None` for a line that is not known.

    `container` is the name of the set or map that the line lies in, as `container_of` tells it.
    """
    line = line.strip()
    if _NO_WORDS.fullmatch(line):
        return ""
    opened = _CONTAINER.fullmatch(line)
    if opened:
        return _explain_container(opened)
    for pattern, sentence in (*_RULES, *_SHAPES):
        if re.fullmatch(pattern, line):
            what = _SETS.get(container, ("", ""))[1]
            return None if "{what}" in sentence and not what else sentence.replace("{what}", what)
    return None


def container_of(line: str) -> str | None:
    """The name of the set, map or chain that a line opens, without its family; `None` where it opens none."""
    opened = _CONTAINER.fullmatch(line.strip())
    return opened["name"] if opened else None


def _explain_container(opened: "re.Match[str]") -> str | None:
    if opened["kind"] == "chain":
        return _CHAINS.get(opened["name"] + opened["family"])
    said = _SETS.get(opened["name"])
    family = f" (IPv{opened['family']})" if opened["family"] else ""
    return f"A {opened['kind']}{family}: {said[0]}." if said else None
