"""The table: what is answered, wrong tries included, and the site file that somebody would write who knows the format.

Every front end is driven by it (conversation.py, screens_person.py) and has to come to the file's site, with the file's words for what
is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

BACK = "<"
# One answer, or several tries of which the last stands; BACK goes to the question before, whose next try is then given.
Answers = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Case:
    """Answers by question; those that are not named are accepted as they stand. Each of `points` holds one point's answers.

    `begin` is a saved site that is changed; `change` and `remove` then do what they say to the points that are there, by place.
    """

    name: str
    file: str
    answers: Answers
    points: tuple[Answers, ...] = ()
    begin: str = ""
    change: Mapping[int, Answers] = field(default_factory=dict)
    remove: tuple[int, ...] = ()


LAN: Answers = {"site.networks": "192.168.1.0/24", "host.addresses": "192.168.1.10/24"}
LAPTOP: Answers = {"points[*].name": "laptop"}

NAS = Case(
    "the NAS, by accepting",
    """
    version: 1
    name: home
    site: {networks: [192.168.1.0/24], hosts: [{name: nas, addresses: [192.168.1.20]}]}
    host: {addresses: [192.168.1.10/24], endpoint: "vpn.b.home.arpa:51820", default_gateway: false}
    points: [{name: laptop}]
    needs: {opens: points, tell_points_apart: false}
    """,
    {**LAN, "site.hosts": "nas=192.168.1.20", "host.endpoint": "vpn.b.home.arpa:51820"},
    (LAPTOP,),
)

STRATEGIES = (
    Case(
        "site gateway",
        """
        version: 1
        name: office
        site: {networks: [192.168.200.0/24, "fd00:200::/64"], routes: [router, hosts]}
        host: {addresses: [192.168.200.2/24, "fd00:200::2/64"], endpoint: "vpn.b.home.arpa:51822", default_gateway: false}
        tunnel: {networks: [10.0.0.0/24, "fd00:10::/64"], addresses: [10.0.0.2, "fd00:10::2"], port: 51822}
        points: [{name: endpoint-a, platform: windows}]
        needs: {opens: both, tell_points_apart: true}
        """,
        {
            "name": "office",
            "site.networks": "192.168.200.0/24, fd00:200::/64",
            "site.routes": "router hosts",
            "host.addresses": "192.168.200.2/24, fd00:200::2/64",
            "host.endpoint": "vpn.b.home.arpa:51822",
            "tunnel.networks": "10.0.0.0/24, fd00:10::/64",
            "tunnel.addresses": "10.0.0.2, fd00:10::2",
            "tunnel.port": "51822",
            "needs.opens": "both",
            "needs.tell_points_apart": "yes",
        },
        ({"points[*].name": "endpoint-a", "points[*].platform": "windows"},),
    ),
    Case(
        "port forward",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24], routes: []}
        host: {addresses: [192.168.1.10/24], default_gateway: false}
        points: [{name: field, services: [{name: web, protocol: tcp, port: 8000, published_port: 8081}]}]
        needs: {opens: site, tell_points_apart: false}
        """,
        {**LAN, "site.routes": "none", "needs.opens": "site"},
        ({"points[*].name": "field", "points[*].services": "web tcp 8000 as 8081"},),
    ),
    Case(
        "masquerade and port forward, seen as Host β",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24]}
        host: {addresses: [192.168.1.10/24], default_gateway: false}
        points: [{name: field, services: [{name: web, protocol: tcp, port: 8000}]}]
        needs: {opens: both, tell_points_apart: false, site_clients_seen_as_host: true}
        """,
        {**LAN, "needs.opens": "both", "needs.site_clients_seen_as_host": "yes"},
        ({"points[*].name": "field", "points[*].services": "web tcp 8000"},),
    ),
    Case(
        "site gateway by hand, against the recommendation",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24], routes: [router]}
        host: {addresses: [192.168.1.10/24], default_gateway: false}
        points: [{name: laptop}]
        needs: {opens: points, tell_points_apart: false}
        strategy: gateway
        """,
        {**LAN, "site.routes": "router", "strategy": "gateway"},
        (LAPTOP,),
    ),
)

ANSWERS = (
    Case(
        "several points, and what each may reach",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24], hosts: [{name: nas, addresses: [192.168.1.20]}]}
        host: {addresses: [192.168.1.10/24], default_gateway: false}
        points:
          - {name: laptop}
          - {name: phone, platform: android, may_reach: [{to: nas, protocol: tcp, ports: [80, 8000-8010]}, {to: 192.168.1.30}]}
          - {name: tablet, platform: ios, may_reach: [{to: host}]}
        needs: {opens: points, tell_points_apart: false}
        """,
        {**LAN, "site.hosts": "nas=192.168.1.20"},
        (
            LAPTOP,
            {
                "points[*].name": "phone",
                "points[*].platform": "android",
                "points[*].may_reach": "nas tcp 80 8000-8010, 192.168.1.30",
            },
            {"points[*].name": "tablet", "points[*].platform": "ios", "points[*].may_reach": "host"},
        ),
    ),
    Case(
        "what nearly everyone leaves alone",
        """
        version: 1
        name: home
        site:
          networks: [{cidr: 192.168.1.0/24, name: lan}]
          router: [192.168.1.1]
          routes: [router, dhcp]
          router_kind: linux
          router_drops_invalid: true
          cloud: none
          dns: {servers: [192.168.1.1], search: [home.lan]}
        host:
          name: pi
          addresses: [192.168.1.10/24]
          interface: eth0
          default_gateway: false
          ssh: admin@192.168.1.10
          keys: here
          services: [{name: dns, protocol: udp, port: 53}, {name: ssh, protocol: tcp, port: 22}]
        tunnel: {interface: wg1, mtu: 1400}
        points:
          - name: laptop
            opens: both
            addresses: [10.64.0.9]
            preshared_key: false
            behind_nat: false
            endpoint: "198.51.100.9:51820"
            home_networks: [192.168.178.0/24]
        needs: {opens: points, tell_points_apart: false}
        """,
        {
            "site.networks": "lan=192.168.1.0/24",
            "site.router": "192.168.1.1",
            "site.routes": "router dhcp",
            "site.router_kind": "linux",
            "site.router_drops_invalid": "yes",
            "site.cloud": "none",
            "site.dns.servers": "192.168.1.1",
            "site.dns.search": "home.lan",
            "host.ssh": "admin@192.168.1.10",
            "host.addresses": "192.168.1.10/24",
            "host.name": "pi",
            "host.interface": "eth0",
            "host.keys": "here",
            "host.services": "dns udp 53, ssh tcp 22",
            "tunnel.interface": "wg1",
            "tunnel.mtu": "1400",
        },
        (
            {
                **LAPTOP,
                "points[*].opens": "both",
                "points[*].addresses": "10.64.0.9",
                "points[*].preshared_key": "no",
                "points[*].behind_nat": "no",
                "points[*].endpoint": "198.51.100.9:51820",
                "points[*].home_networks": "192.168.178.0/24",
            },
        ),
    ),
    Case(
        "a router that is told the way in alone",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24], routes: [], router_kind: fritzbox}
        host: {addresses: [192.168.1.10/24], endpoint: "vpn.b.home.arpa:51820", default_gateway: false}
        points: [{name: laptop}]
        needs: {opens: points, tell_points_apart: false}
        """,
        {**LAN, "site.routes": "none", "site.router_kind": "fritzbox", "host.endpoint": "vpn.b.home.arpa:51820"},
        (LAPTOP,),
    ),
    Case(
        "not sure about anything",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24]}
        host: {addresses: [192.168.1.10/24]}
        points: [{name: laptop}]
        """,
        {**LAN, "site.routes": "", "host.default_gateway": "", "needs.opens": "", "needs.tell_points_apart": ""},
        (LAPTOP,),
    ),
    Case(
        "back to an earlier question, and another answer",
        """
        version: 1
        name: right
        site: {networks: [192.168.1.0/24]}
        host: {addresses: [192.168.1.10/24], endpoint: vpn.b.home.arpa, default_gateway: true}
        points: [{name: laptop}]
        needs: {opens: points, tell_points_apart: true}
        """,
        {
            "name": ("wrong", "right"),
            "site.hosts": (BACK, ""),
            **LAN,
            "host.endpoint": ("vpn.c.home.arpa", "vpn.b.home.arpa"),
            "host.default_gateway": (BACK, "yes"),
            "needs.opens": ("site", "points"),
            "needs.tell_points_apart": "yes",
            "needs.site_clients_seen_as_host": BACK,
        },
        (LAPTOP,),
    ),
)

WRONG_FIRST = (
    Case(
        "networks and addresses, wrong first",
        NAS.file,
        {
            "site.hosts": ("nas=192.168.1.300", "nas=192.168.1.20"),
            "site.networks": ("192.168.1.0/33", "192.168.1.5/24", "my network", "192.168.1.0/24, 192.168.1.128/25", "192.168.1.0/24"),
            "host.addresses": ("192.168.1.10/99", "beta", "192.168.1.0/24", "192.168.1.10/24"),
            "host.endpoint": (
                "vpn.b.home.arpa:0",
                "vpn.b.home.arpa:70000",
                "[2001:db8::1",
                "2001:db8::1:51820:x",
                "vpn_example..com",
                "vpn.b.home.arpa:51820",
            ),
        },
        (LAPTOP,),
    ),
    Case(
        "the tunnel, wrong first",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24]}
        host: {addresses: [192.168.1.10/24], default_gateway: false}
        tunnel: {networks: [10.7.0.0/24], addresses: [10.7.0.1], port: 51830, interface: wg2, mtu: 1420}
        points: [{name: laptop}]
        needs: {opens: points, tell_points_apart: false}
        """,
        {
            **LAN,
            "tunnel.networks": ("192.168.1.0/24", "10.7.0.1/24", "10.7.0.0/24"),
            "tunnel.addresses": ("10.8.0.1", "10.7.0.1"),
            "tunnel.port": ("0", "65536", "wireguard", "51830"),
            "tunnel.interface": ("wg/2", "a-name-that-is-too-long", "wg2"),
            "tunnel.mtu": ("100", "x", "1420"),
        },
        (LAPTOP,),
    ),
    Case(
        "points, wrong first",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24], hosts: [{name: nas, addresses: [192.168.1.20]}]}
        host: {addresses: [192.168.1.10/24], default_gateway: false}
        tunnel: {networks: [10.7.0.0/24]}
        points:
          - {name: laptop, addresses: [10.7.0.5], public_key: "bTNMFFoHoqpSFeGUYlUxcpfCJxCs3DKLVJpcHQkUkX0="}
          - name: phone
            addresses: [10.7.0.6]
            may_reach: [{to: nas, protocol: tcp, ports: [445]}]
            services: [{name: web, protocol: tcp, port: 80}]
        needs: {opens: points, tell_points_apart: false}
        """,
        {**LAN, "site.hosts": "nas=192.168.1.20", "tunnel.networks": "10.7.0.0/24"},
        (
            {
                "points[*].name": ("host", "anna's laptop", "laptop"),
                "points[*].addresses": ("10.8.0.5", "10.7.0.5"),
                "points[*].public_key": ("abc", "bTNMFFoHoqpSFeGUYlUxcpfCJxCs3DKLVJpcHQkUkX0="),
            },
            {
                "points[*].name": ("laptop", "phone"),
                "points[*].may_reach": ("nas tcp 0", "printer tcp 80", "nas http 80", "nas tcp 445"),
                "points[*].services": ("web tcp", "web tcp 80 as 99999", "web tcp 80"),
                "points[*].addresses": ("10.7.0.5", "10.7.0.6"),
            },
        ),
    ),
    Case(
        "how to log in, and name servers, wrong first",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24], router: [192.168.1.1], dns: {servers: [192.168.1.1]}}
        host: {addresses: [192.168.1.10/24], ssh: "admin@beta:2222", default_gateway: false}
        points: [{name: laptop, home_networks: [192.168.178.0/24]}]
        needs: {opens: points, tell_points_apart: false}
        """,
        {
            **LAN,
            "host.ssh": ("admin@beta:0", "-oProxyCommand=x", "admin@beta:2222"),
            "site.router": ("router", "192.168.1.1"),
            "site.dns.servers": ("home.lan", "192.168.1.1"),
        },
        ({**LAPTOP, "points[*].home_networks": ("192.168.178.1", "192.168.178.1/24", "192.168.178.0/24")},),
    ),
)

SAVED = """
version: 1
name: home
site: {networks: [192.168.1.0/24], routes: [router]}
host: {addresses: [192.168.1.10/24], ssh: admin@192.168.1.10, default_gateway: false}
points: [{name: laptop}, {name: phone, platform: android}]
needs: {opens: points, tell_points_apart: false}
"""
CHANGED = (
    Case(
        "a saved site, accepted as it is",
        SAVED,
        {},
        begin=SAVED,
    ),
    Case(
        "a saved site with other answers, one point less, one changed and one more",
        """
        version: 1
        name: home
        site: {networks: [192.168.1.0/24, 192.168.2.0/24], routes: [router, hosts]}
        host: {addresses: [192.168.1.10/24], default_gateway: false}
        points: [{name: phone, platform: ios}, {name: tablet}]
        needs: {opens: points, tell_points_apart: true}
        """,
        {
            "site.networks": ("192.168.1.0/24, 192.168.1.0/24", "192.168.1.0/24, 192.168.2.0/24"),
            "site.routes": "router hosts",
            "host.ssh": "",
            "needs.tell_points_apart": "yes",
        },
        ({"points[*].name": "tablet"},),
        begin=SAVED,
        change={0: {"points[*].platform": "ios"}},
        remove=(0,),
    ),
)

CASES = (NAS, *STRATEGIES, *ANSWERS, *WRONG_FIRST, *CHANGED)
