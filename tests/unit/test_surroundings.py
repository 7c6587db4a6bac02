"""What a machine says of itself, as recorded, and what is made of it.

debian, raspberry-pi-os, ubuntu: iproute2 6.1 in a namespace set up like such a machine; alpine and busybox-ifconfig: busybox 1.35 there;
macos: written after what macOS 14 prints.
"""

from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wgwizard.questions import new_document
from wgwizard.questions.proposing import proposals
from wgwizard.surroundings import Surroundings, default_route, lan_interface, networks_in_use, next_free_name
from wgwizard.surroundings_parsing import parse_surroundings

RECORDED = Path(__file__).parent / "surroundings"
NAMES = ("addresses", "links", "routes", "ifconfig", "netstat", "resolv.conf", "udp", "model", "host_name", "system", "ssh", "container")


def said(name: str) -> dict[str, str]:
    parts = ("\n" + (RECORDED / f"{name}.txt").read_text()).split("\n=")
    return {title: text for title, _, text in (part.partition("\n") for part in parts[1:])}


def recorded(name: str) -> Surroundings:
    return parse_surroundings(said(name))


@pytest.mark.parametrize(
    ("name", "interface", "address", "router"),
    [
        ("debian", "eth0", "192.168.200.2/24", "192.168.200.1"),
        ("raspberry-pi-os", "eth0", "192.168.178.10/24", "192.168.178.1"),
        ("ubuntu", "enp3s0", "192.168.1.77/24", "192.168.1.1"),
        ("alpine", "eth0", "192.168.1.30/24", "192.168.1.1"),
        ("macos", "en0", "192.168.1.64/24", "192.168.1.1"),
    ],
)
def test_the_way_to_the_site_is_found_past_containers_bridges_and_tunnels(name, interface, address, router):
    found = recorded(name)
    assert lan_interface(found) == interface
    assert found.interfaces[interface][0] == ip_interface(address)
    way_out = default_route(found)
    assert way_out is not None
    assert (way_out.device, way_out.via) == (interface, ip_address(router))
    proposed = {path: proposal.text for path, proposal in proposals(new_document(), found, None).items()}
    assert proposed["site.networks"] == str(ip_interface(address).network)
    assert proposed["site.router"] == router


def test_ifconfig_of_busybox_is_read_where_there_is_no_ip():
    found = recorded("busybox-ifconfig")
    assert found.interfaces == {"eth0": (ip_interface("192.168.1.30/24"), ip_interface("fd00:1::30/64"))}
    assert found.routes == ()


def test_every_network_in_use_is_known_though_none_of_them_is_the_site():
    used = networks_in_use(recorded("ubuntu"))
    assert {ip_network(text) for text in ("172.17.0.0/16", "172.18.0.0/16", "192.168.122.0/24", "10.8.0.0/24", "10.64.0.0/16")} <= set(used)
    assert not [network for network in used if network.is_link_local or network.prefixlen == 0]
    assert proposals(new_document(), recorded("ubuntu"), None)["tunnel.networks"].text == "10.65.0.0/24"
    assert proposals(new_document(), recorded("macos"), None)["tunnel.networks"].text == "10.64.1.0/24"


def test_name_servers_are_those_that_others_could_ask_and_names_end_as_resolv_conf_says():
    assert recorded("raspberry-pi-os").name_servers == (ip_address("192.168.178.1"),)
    assert recorded("raspberry-pi-os").search == ("fritz.box",)
    stub = parse_surroundings({"resolv.conf": "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n"})
    assert (stub.name_servers, stub.search) == ((), ())


def test_a_pi_that_one_is_logged_in_to_may_be_the_host_and_a_desktop_is_not():
    pi = recorded("raspberry-pi-os")
    assert pi.may_be_host
    assert pi.model == "Raspberry Pi 4 Model B Rev 1.4"
    assert pi.ssh is not None
    assert pi.ssh.client == ip_address("192.168.178.23")
    assert not recorded("ubuntu").may_be_host
    assert not recorded("macos").may_be_host
    assert parse_surroundings({**said("raspberry-pi-os"), "container": "yes"}).may_be_host
    assert not parse_surroundings({**said("raspberry-pi-os"), "container": "yes", "ssh": ""}).may_be_host


def test_ports_in_use_and_the_computers_own_name():
    assert recorded("debian").udp_ports == {51820, 53}
    proposed = proposals({**new_document(), "host": {"ssh": "local"}}, recorded("debian"), None)
    assert proposed["tunnel.port"].text == "51821"
    assert proposed["host.name"].text == "beta"
    assert proposals(new_document(), recorded("macos"), None)["points[0].name"].text == "annas-macbook-air"
    assert proposals(new_document(), recorded("macos"), None)["points[0].platform"].text == "macos"
    assert proposals(new_document(), recorded("alpine"), None)["points[0].name"].text == "laptop"


def test_the_next_free_name_fills_the_first_gap():
    assert next_free_name(["wg0", "wg2", "eth0"]) == "wg1"
    assert next_free_name([]) == "wg0"


def test_a_machine_that_says_nothing_is_no_reason_to_fail():
    assert parse_surroundings({}) == Surroundings()
    assert {path: proposal.text for path, proposal in proposals(new_document(), Surroundings(), None).items()} == {
        "tunnel.networks": "10.64.0.0/24",
        "points[0].name": "laptop",
    }


_LINES = [line for name in RECORDED.iterdir() for line in name.read_text().splitlines()]
_WORDS = sorted({word for line in _LINES for word in line.split()})
_LIKE_IT = st.lists(st.sampled_from([*_WORDS, *_LINES, "\n", "\t", "\0", "²", "0x", "/", ":", "%", "default via dev"]), max_size=12).map(
    " ".join
)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(NAMES), _LIKE_IT))
def test_whatever_is_said_nothing_is_raised_and_what_is_proposed_can_be_read(texts):
    found = parse_surroundings(texts)
    for path, proposal in proposals(new_document(), found, None).items():
        assert proposal.text.strip(), path
        assert "\n" not in proposal.text
