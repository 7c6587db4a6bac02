"""The site file's document <-> Site, and the fields at which problems are said."""

from ipaddress import IPv4Interface

import pytest

from wgwizard import sitefile
from wgwizard.site import Host, Needs, Point, RoutesAt, Tunnel
from wgwizard.sitefile import yamltext
from wgwizard.sitefile.schema import schema

FULL = """
version: 1
name: site-b
site:
  networks: [{cidr: 192.168.200.0/24, name: lan}, 192.168.201.0/24, "fd00:200::/64"]
  hosts: [{name: endpoint-b, addresses: [192.168.200.22]}]
  router: [192.168.200.1, "fd00:200::1"]
  routes: [router, dhcp, hosts]
  router_kind: linux
  router_drops_invalid: true
  cloud: none
  dns: {servers: [192.168.200.1], search: [site-b.lan]}
host:
  name: beta
  addresses: [192.168.200.2/24, "fd00:200::2"]
  interface: eth0
  default_gateway: false
  endpoint: "vpn.b.home.arpa:51822"
  ssh: admin@192.168.200.2
  keys: here
  services: [{name: dns, protocol: udp, port: 53}]
tunnel:
  interface: wg1
  networks: [10.0.0.0/24, "fd00:10::/64"]
  addresses: [10.0.0.2, "fd00:10::2"]
  port: 51822
  mtu: 1420
points:
  - name: endpoint-a
    addresses: [10.0.0.1, "fd00:10::1"]
    preshared_key: false
    behind_nat: false
    endpoint: "point.b.home.arpa:51820"
    platform: windows
    home_networks: [192.168.1.0/24]
    opens: both
    services: [{name: web, protocol: tcp, port: 8000, published_port: 8081}]
    may_reach: [{to: endpoint-b, protocol: tcp, ports: [80, 8000-8010]}, {to: host}, {to: 192.168.201.7}]
  - name: a2
needs: {opens: points, tell_points_apart: true, site_clients_seen_as_host: false}
strategy: gateway
"""


def read(text):
    document, problems = yamltext.parse(text.encode())
    assert problems == ()
    return sitefile.read(document)


def test_a_full_file_is_read_without_a_word():
    site, problems = read(FULL)
    assert problems == ()
    assert str(site.host.addresses[1]) == "fd00:200::2/64"  # the prefix came from site.networks
    assert site.points[0].may_reach[0].ports[1].last == 8010
    assert site.points[1].may_reach is None
    assert not site.host.keys_on_host


def test_writing_and_reading_again_gives_the_same_site():
    site, _ = read(FULL)
    again, problems = read(sitefile.to_yaml(site))
    assert (again, problems) == (site, ())


def test_the_bare_minimum():
    site, problems = read(
        "version: 1\nname: s\nsite: {networks: [192.168.1.0/24]}\nhost: {addresses: [192.168.1.10]}\npoints: [{name: a}]\n"
    )
    assert problems == ()
    assert site.host == Host(addresses=(IPv4Interface("192.168.1.10/24"),))
    assert site.tunnel == Tunnel()
    assert site.points == (Point("a"),)
    assert (site.routes_at, site.strategy, site.needs) == (None, None, Needs())
    assert sitefile.to_document(site) == {
        "version": 1,
        "name": "s",
        "site": {"networks": ["192.168.1.0/24"]},
        "host": {"addresses": ["192.168.1.10/24"]},
        "points": [{"name": "a"}],
    }


def changed(path, value):
    document, _ = yamltext.parse(FULL.encode())
    part, field = path.split(".")
    document[part][field] = value
    return sitefile.read(document)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("none", set()), ([], set()), ("router", {RoutesAt.ROUTER}), (["hosts", "dhcp"], {RoutesAt.HOSTS, RoutesAt.DHCP})],
)
def test_routes_may_be_one_word_or_nowhere(written, read_as):
    site, problems = changed("site.routes", written)
    assert (site.routes_at, problems) == (read_as, ())


def test_none_beside_a_place_is_a_contradiction():
    site, problems = changed("site.routes", ["none", "router"])
    assert (site, [(problem.code, problem.field) for problem in problems]) == (None, [("contradiction", "site.routes")])


@pytest.mark.parametrize(("said", "port"), [("vpn.b.home.arpa", 51822), ("[2001:4860::1]", 51822), ("vpn.b.home.arpa:4500", 4500)])
def test_an_endpoint_without_a_port_is_dialled_at_the_tunnels(said, port):
    site, _ = changed("host.endpoint", said)
    assert site.host.endpoint.port == port
    assert site.host.endpoint.host == said.removesuffix(":4500").strip("[]")


def test_a_wrong_port_is_told_once():
    document, _ = yamltext.parse(FULL.encode())
    document["host"]["endpoint"] = "vpn.b.home.arpa"
    document["tunnel"]["port"] = 99999
    _, problems = sitefile.read(document)
    assert [problem.field for problem in problems if problem.is_error] == ["tunnel.port"]


def test_a_name_that_nothing_has_tells_where_names_are_given():
    document, _ = yamltext.parse(FULL.encode())
    document["points"][0]["may_reach"] = [{"to": "nas", "protocol": "tcp", "ports": [445]}]
    _, problems = sitefile.read(document)
    told = next(problem for problem in problems if problem.code == "dangling-name" and "'nas'" in problem.message)
    assert "name the computer at the site first (site.hosts)" in told.hint


def test_a_computer_may_be_a_name_whose_address_nobody_knows_yet_but_then_no_right_can_name_it():
    document, _ = yamltext.parse(FULL.encode())
    document["site"]["hosts"] = [{"name": "nas"}]
    document["points"][0]["may_reach"] = [{"to": "site"}]
    site, problems = sitefile.read(document)
    assert site is not None
    assert site.hosts[0].addresses == ()
    assert [problem.is_error for problem in problems if problem.field == "site.hosts[0].addresses"] == [False]
    assert sitefile.to_document(site)["site"]["hosts"] == [{"name": "nas"}]
    document["points"][0]["may_reach"] = [{"to": "nas"}]
    site, problems = sitefile.read(document)
    assert site is None
    assert [problem.field for problem in problems if problem.is_error] == ["points[0].may_reach[0].to"]


def test_what_is_missing_is_said_without_the_notation_of_the_file():
    """The wizard shows these hints as well: an example and the field's name, no brackets and braces to type."""
    _, problems = sitefile.read({"version": 1, "site": {"hosts": [{"addresses": ["192.168.1.20"]}]}, "points": []})
    missing = [problem for problem in problems if problem.code == "missing"]
    assert {"points", "site.networks", "host.addresses", "site.hosts[0].name"} <= {problem.field for problem in missing}
    for problem in missing:
        assert not set("[]{}") & set(problem.hint), problem


def test_a_host_that_cannot_be_dialled_is_not_one_whose_endpoint_is_not_known():
    document, _ = yamltext.parse(FULL.encode())
    document["host"]["endpoint"] = None
    document["points"][1]["endpoint"] = "a2.b.home.arpa:51820"
    site, problems = sitefile.read(document)
    assert (problems, site.host.cannot_be_dialled, site.host.endpoint) == ((), True, None)
    assert sitefile.to_document(site)["host"]["endpoint"] is None
    del document["points"][1]["endpoint"]
    site, problems = sitefile.read(document)
    assert (site, [(problem.code, problem.field) for problem in problems]) == (None, [("nobody-can-dial", "points[1].endpoint")])


@pytest.mark.parametrize(
    ("said", "on_host"), [({}, False), ({"ssh": "h"}, True), ({"ssh": "h", "keys": "here"}, False), ({"keys": "host"}, True)]
)
def test_where_the_hosts_key_is_made(said, on_host):
    document, _ = yamltext.parse(FULL.encode())
    document["host"] = {"addresses": ["192.168.200.2", "fd00:200::2"], **said}
    site, problems = sitefile.read(document)
    assert (problems, site.host.keys_on_host) == ((), on_host)
    assert sitefile.read(sitefile.to_document(site))[0] == site


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("site.networks", [{"cidr": "192.168.200.0/24", "strategy": "gateway"}]),
        ("site.networks", [{"cidr": "192.168.200.0/24", "routes": ["router"]}]),
        ("site.networks", [{"cidr": "192.168.200.0/24", "mapped_to": "10.201.1.0/24"}]),
        ("site.router_kind", "windows"),
        ("host.interface", ["eth0", "eth1"]),
    ],
)
def test_what_is_known_but_not_supported_is_refused_as_such(path, value):
    site, problems = changed(path, value)
    assert site is None
    assert any(problem.code == "not-supported-yet" and problem.field.startswith(path) for problem in problems)


@pytest.mark.parametrize(
    ("path", "field", "hint"),
    [
        ("tunnel.prot", "tunnel.prot", "did you mean port?"),
        ("site.opens", "site.opens", "it belongs in points[] or needs: check the indent"),
        ("host.adresses", "host.adresses", "did you mean addresses?"),
        ("needs.private_key", "needs.private_key", "secrets do not belong in the site file; wgwizard keeps them sealed in NAME.secrets"),
        ("needs.zzz", "needs.zzz", "the fields here are opens, tell_points_apart, site_clients_seen_as_host"),
    ],
)
def test_an_unknown_field_is_told_where_it_belongs(path, field, hint):
    site, problems = changed(path, 1)
    assert (site, [(problem.code, problem.field, problem.hint) for problem in problems]) == (None, [("unknown-field", field, hint)])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("tunnel.mtu", 1280),
        ("host.default_gateway", None),
        ("points.1", {"name": "a2", "endpoint": "192.168.200.77:51820"}),
        ("points.1", {"name": "a2", "may_reach": [{"to": "192.168.200.0/24"}, {"to": "fd00:200::/64"}, {"to": "lan"}, {"to": "site"}]}),
        ("tunnel.networks", ["10.0.0.0/30", "fd00:10::/64"]),
    ],
)
def test_what_just_fits_is_accepted(path, value):
    document, _ = yamltext.parse(FULL.encode())
    part, field = path.split(".")
    if value is None:
        del document[part][field]
    else:
        document[part][int(field) if field.isdigit() else field] = value
    if path == "tunnel.networks":
        del document["points"][1]  # β and one point in a /30
    found = sitefile.read(document)[1]
    assert [problem for problem in found if problem.code != "private-endpoint"] == []


def test_ipv4_alone_takes_the_least_and_the_most_mtu():
    text = "version: 1\nname: s\nsite: {networks: [192.168.1.0/24]}\nhost: {addresses: [192.168.1.10/24]}\npoints: [{name: a}]\n"
    for mtu, codes in ((575, ["bad-mtu"]), (576, []), (1420, []), (65535, ["large-mtu"]), (65536, ["bad-mtu"])):
        assert [problem.code for problem in read(f"{text}tunnel: {{mtu: {mtu}}}\n")[1]] == codes


def said_of_own_addresses(networks, addresses):
    _, problems = read(f"""
version: 1
name: home
site: {{networks: {networks}}}
host: {{addresses: {addresses}, endpoint: "203.0.113.7:51820"}}
points: [{{name: laptop}}]
""")
    return [
        (problem.code, problem.severity, problem.field, problem.message) for problem in problems if problem.field.startswith("host.addr")
    ]


def test_a_host_outside_every_network_of_the_site_may_be_a_slip():
    """The prefix alone does not quieten it; a host behind the site's router goes on with a warning."""
    said = said_of_own_addresses("[192.168.1.0/24]", "[192.168.2.10/24]")
    assert said == [("host-outside", "warning", "host.addresses[0]", "192.168.2.10 is not in 192.168.1.0/24: a slip?")]
    said = said_of_own_addresses("[192.168.1.0/24]", "[192.168.2.10]")
    assert said == [("no-prefix", "error", "host.addresses[0]", "192.168.2.10 is not in 192.168.1.0/24: a slip?")]


def test_a_host_is_compared_with_the_networks_of_the_same_family():
    networks = '[192.168.1.0/24, 192.168.3.0/24, "fd00:200::/64"]'
    assert said_of_own_addresses(networks, '[192.168.1.2/24, 192.168.2.10/24, "fd00:200::2/64"]') == []
    said = said_of_own_addresses(networks, '[192.168.1.2/24, "fd00:201::2/64"]')
    assert said == [("host-outside", "warning", "host.addresses[1]", "fd00:201::2 is not in fd00:200::/64: a slip?")]


def test_points_that_see_the_host_in_place_of_the_site_need_ports_of_it():
    twice = "    services: [{name: x, protocol: tcp, port: 8081}]\n"
    text = FULL.replace("  - name: a2\n", "  - name: a2\n    opens: site\n" + twice).replace("strategy: gateway", "strategy: auto")
    text = text.replace("192.168.201.0/24, ", "").replace("{to: 192.168.201.7}", "{to: lan}")
    assert read(text)[1] == ()
    problems = read(text.replace("seen_as_host: false", "seen_as_host: true"))[1]
    assert [(problem.code, problem.field) for problem in problems] == [("port-taken", "points[1].services[0].port")]


@pytest.mark.parametrize(
    ("path", "value", "hint"),
    [
        ("tunnel.interface", 7, 'quote it if it is meant as text: "7"'),
        ("tunnel.interface", True, "write text"),
        ("tunnel.interface", [], "write text"),
        ("site.router", "192.168.200.1", "write it as a list: [192.168.200.1]"),
        ("site.router", {}, "write it as a list: [first, second]"),
        ("tunnel.port", "1", "write a whole number"),
        ("host.endpoint", 5, 'quote it if it is meant as text: "5"'),
        ("host.name", None, "remove the line if this is not known"),
        ("needs.opens", "sites", "did you mean site? It is one of both, points, site"),
        ("needs.opens", "zzz", "write one of both, points, site"),
        ("needs.opens", 1, "write one of both, points, site"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_what_to_write(path, value, hint):
    site, problems = changed(path, value)
    assert (site, [(problem.field, problem.hint) for problem in problems if problem.code != "missing"]) == (None, [(path, hint)])


def test_a_list_of_one_lan_interface_is_that_interface():
    site, problems = changed("host.interface", ["br-lan"])
    assert (site.host.interfaces, problems) == (("br-lan",), ())


def test_the_hosts_name_is_taken_also_where_it_is_not_said():
    document, _ = yamltext.parse(FULL.encode())
    del document["host"]["name"]
    document["points"][1]["name"] = "Beta"
    assert [(problem.code, problem.field) for problem in sitefile.read(document)[1]] == [("duplicate-name", "points[1].name")]


def test_a_half_answered_document_tells_what_is_missing_and_checks_what_is_there():
    problems = sitefile.read({"version": 1, "site": {"networks": ["192.168.1.1/24"]}, "points": [{}, {"name": "a b"}]})[1]
    assert {(problem.code, problem.field) for problem in problems} == {
        ("missing", "name"),
        ("host-bits", "site.networks[0]"),
        ("missing", "host.addresses"),
        ("missing", "points[0].name"),
        ("bad-name", "points[1].name"),
    }


@pytest.mark.parametrize("document", [None, [], "x", 5, {}, {1: 2}, {"site": None}, {"points": [None, 3]}, {"host": {"addresses": [[]]}}])
def test_no_document_makes_it_raise(document):
    site, problems = sitefile.read(document)
    assert site is None
    assert problems


def test_the_editor_schema_knows_the_required_fields():
    described = schema()
    parts = described["$defs"]
    assert parts["SiteFile"]["required"] == ["version", "name", "site", "host", "points"]
    assert parts["PointPart"]["required"] == ["name"]
    assert parts["SiteFile"]["additionalProperties"] is False
    assert described["$schema"].startswith("https://json-schema.org/")


def test_overlaps_among_many_networks_and_points_take_no_square_time():
    """Ten thousand points with homes, and a thousand networks, are read in seconds, and the one overlap is found."""
    document, _ = yamltext.parse(FULL.encode())
    document["site"]["networks"] += [f"172.16.{number >> 2}.{(number & 3) * 64}/26" for number in range(1000)]
    document["tunnel"]["networks"][0] = "10.0.0.0/16"
    document["points"] += [
        {
            "name": f"p{number}",
            "addresses": [f"10.0.{16 + (number >> 8)}.{number & 255}"],
            "home_networks": [f"10.{100 + (number >> 8)}.{number & 255}.0/24"],
        }
        for number in range(10_000)
    ]
    document["points"][5000]["home_networks"] = ["172.16.77.0/24"]
    document["points"][6000]["addresses"] = ["10.0.16.7"]
    site, problems = sitefile.read(document)
    assert site is None
    assert {(problem.code, problem.field) for problem in problems} == {
        ("home-overlaps", "points[5000].home_networks[0]"),
        ("duplicate-address", "points[6000].addresses[0]"),
    }
