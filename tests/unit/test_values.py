"""Single values that are accepted as they stand, and the index that finds overlaps."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_interface, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wgwizard.site import Endpoint, PortRange
from wgwizard.sitefile.addresses import read_address, read_interface, read_network
from wgwizard.sitefile.netindex import NetworkIndex
from wgwizard.sitefile.values import (
    read_domain,
    read_endpoint,
    read_interface_name,
    read_name,
    read_ports,
    read_ssh,
    ssh_port,
)


def good(reader, text):
    problems = []
    value = reader(text, "f", problems)
    assert problems == []
    return value


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("vpn.b.home.arpa:51820", Endpoint("vpn.b.home.arpa", 51820)),
        ("a.b:1", Endpoint("a.b", 1)),
        ("xn--fa-hia.de:65535", Endpoint("xn--fa-hia.de", 65535)),
        ("8.8.8.8:51820", Endpoint("8.8.8.8", 51820)),
        ("[2a00:1450::1]:51820", Endpoint("2a00:1450::1", 51820)),
        ("[2A00:1450:0::1]:51820", Endpoint("2a00:1450::1", 51820)),
    ],
)
def test_endpoints(text, endpoint):
    assert good(read_endpoint, text) == endpoint
    assert good(read_endpoint, str(endpoint)) == endpoint


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("beta", 22),
        ("admin@192.168.200.2", 22),
        ("admin@192.168.200.2:2222", 2222),
        ("beta.lan:2022", 2022),
        ("root@[fd00:200::2]", 22),
        ("root@[fd00:200::2]:2222", 2222),
        ("root@fd00:200::2", 22),
        ("my_user-1.x@my_alias", 22),
        ("beta:65535", 65535),
    ],
)
def test_ssh_targets(text, port):
    assert good(read_ssh, text) == text
    assert ssh_port(text) == port


@pytest.mark.parametrize(
    "text", ["", "@h", "a@", "a b@h", "h:", "h:0", "h:70000", "a@[fd00::1", "a@[fd00::1]x", "a@[x]", "a@b@c", "ssh://h", "h/x"]
)
def test_what_is_no_ssh_target(text):
    problems = []
    assert read_ssh(text, "host.ssh", problems) is None
    assert [(problem.code, problem.field) for problem in problems] == [("bad-ssh", "host.ssh")]


def test_names_interfaces_domains_and_ports():
    for name in ("a", "A2", "laptop-of.anna_1", "1", "a" * 63):
        assert good(read_name, name) == name
    for interface in ("wg0", "br-lan", "eth0.100", "a=b+c", "_x", "a" * 15):
        assert good(read_interface_name, interface) == interface
    for domain in ("lan", "site-b.example", "a" * 63 + ".de", "1a.de"):
        assert good(read_domain, domain) == domain
    assert good(read_ports, 65535) == PortRange(65535, 65535)
    assert good(read_ports, "65535") == PortRange(65535, 65535)
    assert good(read_ports, "80") == PortRange(80, 80)
    assert good(read_ports, "1-65535") == PortRange(1, 65535)


def test_networks_and_addresses_at_the_edge():
    assert good(read_network, "10.0.0.0/8") == IPv4Network("10.0.0.0/8")
    assert good(read_network, "192.168.1.7/32") == IPv4Network("192.168.1.7/32")
    assert good(read_interface, "192.168.200.2/31") == (ip_interface("192.168.200.2/31"), True)
    assert good(read_interface, "fd00::2/127") == (ip_interface("fd00::2/127"), True)
    assert good(read_interface, "192.168.200.2") == (ip_interface("192.168.200.2/32"), False)
    assert good(read_interface, "fd00::ffff:ffff:ffff:ffff/64")[1]  # IPv6 has no broadcast address
    assert good(read_address, "223.255.255.254") == ip_address("223.255.255.254")


NETWORKS = st.builds(
    lambda number, length: ip_network((number << 24 & 0xFFFFFFFF, length), strict=False), st.integers(0, 15), st.integers(4, 32)
) | st.builds(
    lambda number, length: IPv6Network(((0xFD00 << 112) + (number << 64), length), strict=False), st.integers(0, 15), st.integers(56, 66)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(NETWORKS, max_size=8), NETWORKS)
def test_the_index_finds_what_comparing_all_pairs_finds(networks, asked):
    index = NetworkIndex((str(number), network) for number, network in enumerate(networks))
    overlaps = [network for network in networks if network.version == asked.version and network.overlaps(asked)]
    found = index.overlapping(asked)
    assert (found is None) == (overlaps == [])
    assert found is None or networks[int(found[0])] in overlaps
    around = index.around(asked.network_address)
    assert (around is None) == all(asked.network_address not in network for network in networks)
    pairs = sum(
        1
        for a in range(len(networks))
        for b in range(a)
        if networks[a].version == networks[b].version and networks[a].overlaps(networks[b])
    )
    assert (index.nested == []) == (pairs == 0)
    assert len(index.nested) <= max(pairs, 0)


def test_the_index_at_the_edges():
    index = NetworkIndex([("a", IPv4Network("10.0.1.0/24"))])
    inside = [index.around(ip_address(text)) is not None for text in ("10.0.0.255", "10.0.1.0", "10.0.1.255", "10.0.2.0", "fd00::1")]
    assert inside == [False, True, True, False, False]
