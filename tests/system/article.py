"""The article's network as a site file: Endpoint A and a second point behind NAT, Host β, Endpoint B, and a host C in another VLAN."""

from typing import Any

from wgwizard import sitefile
from wgwizard.derive import complete
from wgwizard.lock import Lock
from wgwizard.plan import Plan, make_plan
from wgwizard.recommend import recommend
from wgwizard.site import Site

A, A2, B, C, ADMIN = "endpoint-a", "endpoint-a2", "endpoint-b", "camera", "admin-desk"

Document = dict[str, Any]


def article_document(strategy: str, *, routes: str = "none", drops_invalid: bool = True, into_tunnel: bool = False) -> Document:
    """Site B of the documentation in both families, with everything allowed; `routes` is the one place where a route can be told."""
    return {
        "version": 1,
        "name": "site-b",
        "site": {
            "networks": [
                {"cidr": "192.168.200.0/24", "name": "lan"},
                {"cidr": "fd00:200::/64", "name": "lan6"},
                {"cidr": "192.168.201.0/24", "name": "cameras"},
                {"cidr": "fd00:201::/64", "name": "cameras6"},
            ],
            "hosts": [
                {"name": B, "addresses": ["192.168.200.22", "fd00:200::22"]},
                {"name": C, "addresses": ["192.168.201.22", "fd00:201::22"]},
                {"name": ADMIN, "addresses": ["192.168.200.9", "fd00:200::9"]},
            ],
            "router": ["192.168.200.1", "fd00:200::1"],
            "routes": routes,
            "router_drops_invalid": drops_invalid,
        },
        "host": {
            "addresses": ["192.168.200.2/24", "fd00:200::2/64"],
            "default_gateway": False,
            "endpoint": "vpn.b.home.arpa:51822",
            "ssh": "admin@192.168.200.2",
            "services": [{"name": "dns", "protocol": "tcp", "port": 53}],
        },
        "tunnel": {"networks": ["10.0.0.0/24", "fd00:10::/64"], "addresses": ["10.0.0.2", "fd00:10::2"], "port": 51822},
        "points": [_point(A, "1", 8081), _point(A2, "3", 8082)],
        "needs": {"opens": "both", "site_clients_seen_as_host": into_tunnel},
        "strategy": strategy,
    }


def _point(name: str, number: str, published: int) -> Document:
    return {
        "name": name,
        "addresses": [f"10.0.0.{number}", f"fd00:10::{number}"],
        "services": [{"name": "web", "protocol": "tcp", "port": 8000, "published_port": published}],
    }


def site_of(document: Document) -> Site:
    """The site of a document that is in order."""
    site, problems = sitefile.read(document)
    assert site is not None, problems
    return site


def plan_of(document: Document) -> Plan:
    """The plan of a document for its own or the recommended strategy, with keys that nobody knows yet."""
    site, _, problems = complete(site_of(document), Lock())
    assert not problems
    recommendation = recommend(site)
    assert recommendation.chosen is not None
    return make_plan(site, recommendation.chosen, masquerade_into_tunnel=recommendation.masquerade_into_tunnel, public_keys={})
