"""What is proposed: the answers that this machine and Host β give by themselves, and only those."""

from ipaddress import ip_address, ip_interface, ip_network

import pytest
from msgspec.structs import replace

import presets
from wgwizard.host.facts import Facts, Route, SshPath, System
from wgwizard.lock import Lock
from wgwizard.questions import GROUPS, SITE, new_document
from wgwizard.questions.answers import value_at
from wgwizard.questions.comparing import contradictions
from wgwizard.questions.proposing import networks_at, proposals
from wgwizard.surroundings import Surroundings
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.opening import open_preset


def addresses(**texts):
    return {name: tuple(ip_interface(text) for text in words.split()) for name, words in texts.items()}


def default(device, via=None):
    return Route(ip_network("0.0.0.0/0"), device, via is not None, ip_address(via) if via else None)


LAPTOP = Surroundings(
    host_name="Annas-Laptop.local",
    interfaces=addresses(wlan0="192.168.178.23/24 2001:db8::23/64", docker0="172.17.0.1/16"),
    links=frozenset({"lo", "wlan0", "docker0"}),
    routes=(default("wlan0", "192.168.178.1"), Route(ip_network("10.64.0.0/16"), "tun0", False)),
    name_servers=(ip_address("192.168.178.1"),),
    search=("fritz.box",),
    system="Linux",
)
PI = Surroundings(
    host_name="raspberrypi",
    interfaces=addresses(eth0="192.168.1.10/24"),
    links=frozenset({"lo", "eth0"}),
    routes=(default("eth0", "192.168.1.1"),),
    system="Linux",
    ssh=SshPath(ip_address("192.168.1.50"), ip_address("192.168.1.10"), 22),
)
BETA = Facts(
    interfaces=addresses(eth0="192.168.1.10/24", eth1="10.64.0.5/24"),
    links=frozenset({"lo", "eth0", "eth1", "wg0"}),
    routes=(default("eth0", "192.168.1.1"), Route(ip_network("10.64.1.0/24"), "eth1", True, ip_address("10.64.0.1"))),
    udp_ports=frozenset({51820, 51821}),
    system=System(name="Debian 12"),
)


def texts(found):
    return {path: proposal.text for path, proposal in found.items()}


def with_answers(**parts):
    return {**new_document(), **parts}


def test_a_laptop_at_the_site_shows_the_site_and_proposes_itself_as_the_first_point():
    assert texts(proposals(new_document(), LAPTOP, None)) == {
        "site.networks": "192.168.178.0/24",
        "site.router": "192.168.178.1",
        "site.dns.servers": "192.168.178.1",
        "site.dns.search": "fritz.box",
        "tunnel.networks": "10.65.0.0/24",
        "points[0].name": "annas-laptop",
        "points[0].platform": "linux",
    }


def test_a_finding_says_where_it_is_from_and_a_choice_that_it_is_one():
    found = proposals(new_document(), LAPTOP, None)
    assert found["site.networks"].remark == "found: this computer's wlan0"
    assert found["tunnel.networks"].remark == "proposed: unused at the site and on this computer"
    assert found["site.dns.servers"].only_offered
    assert not found["site.router"].only_offered


def test_what_was_answered_is_not_proposed_and_what_does_not_fit_the_answers_neither():
    document = with_answers(site={"networks": ["10.1.0.0/16"]}, tunnel={"networks": ["10.9.0.0/24"]})
    assert texts(proposals(document, LAPTOP, None)) == {"points[0].name": "annas-laptop", "points[0].platform": "linux"}


@pytest.mark.parametrize(
    ("here", "computers", "networks"),
    [
        (None, {"nas": ["192.168.1.20"]}, "192.168.1.0/24"),
        (None, {"nas": ["192.168.1.20", "fd00:1::20"], "printer": ["192.168.1.30"]}, "192.168.1.0/24, fd00:1::/64"),
        (None, {"nas": []}, None),
        (None, {"nas": ["198.51.100.7", "no address", 7]}, None),
        (LAPTOP, {"nas": ["192.168.178.20"]}, "192.168.178.0/24"),
        (LAPTOP, {"nas": ["192.168.1.20"]}, "192.168.1.0/24"),
        (LAPTOP, {"nas": ["192.168.178.20"], "camera": ["10.9.8.7"]}, "192.168.178.0/24, 10.9.8.0/24"),
    ],
)
def test_the_networks_are_proposed_around_computers_that_lie_in_none_that_was_found(here, computers, networks):
    hosts = [{"name": name, "addresses": addresses} for name, addresses in computers.items()]
    assert texts(proposals(with_answers(site={"hosts": hosts}), here, None)).get("site.networks") == networks


def test_on_the_host_itself_everything_about_it_is_found():
    assert texts(proposals(new_document(), PI, None)) == {
        "site.networks": "192.168.1.0/24",
        "site.router": "192.168.1.1",
        "host.ssh": "local",
        "host.addresses": "192.168.1.10/24",
        "host.interface": "eth0",
        "host.name": "raspberrypi",
        "tunnel.networks": "10.64.0.0/24",
        "points[0].name": "laptop",
    }


@pytest.mark.parametrize(
    ("own", "proposed"),
    [
        *((name, "laptop") for name in ("vm", "vm1", "debian-12", "DESKTOP-4K2J9X0", "ip-10-0-0-5.internal", "3f2a9c1b7d60", "localhost")),
        *((name, name) for name in ("vmeer", "annas-pc", "desktop-of-anna", "arches", "deadbeef")),
    ],
)
def test_a_name_that_an_installer_gave_tells_nobody_whose_computer_it_is(own: str, proposed: str) -> None:
    found = proposals(new_document(), replace(LAPTOP, host_name=own), None)
    assert (found["points[0].name"].text, found["points[0].platform"].text) == (proposed, "linux")


def test_where_the_site_alone_opens_things_the_first_point_is_a_device_and_not_this_computer():
    found = texts(proposals(with_answers(needs={"opens": "site"}), LAPTOP, None))
    assert found["points[0].name"] == "device"
    assert "points[0].platform" not in found


def test_a_host_that_was_looked_at_shows_its_place_a_free_port_and_name_and_what_its_tunnel_must_avoid():
    document = with_answers(site={"networks": ["192.168.1.0/24"]}, host={"ssh": "root@192.168.1.10"})
    assert texts(proposals(document, None, BETA)) == {
        "site.router": "192.168.1.1",
        "host.addresses": "192.168.1.10/24",
        "host.interface": "eth0",
        "tunnel.networks": "10.64.2.0/24",
        "tunnel.interface": "wg1",
        "tunnel.port": "51822",
        "points[0].name": "laptop",
    }


def test_without_a_look_the_address_of_the_login_is_proposed_where_it_lies_at_the_site():
    document = with_answers(site={"networks": ["192.168.1.0/24"]}, host={"ssh": "pi@192.168.1.10:2222"})
    assert proposals(document, None, None)["host.addresses"].remark == "found: the address in your login"
    assert texts(proposals(document, None, None))["host.addresses"] == "192.168.1.10"
    for ssh in ("pi@203.0.113.5", "beta", "pi@@", "local"):
        assert "host.addresses" not in proposals(with_answers(site={"networks": ["192.168.1.0/24"]}, host={"ssh": ssh}), None, None)


def test_what_was_given_out_before_stays():
    remembered = Lock(networks=(ip_network("10.99.0.0/24"),))
    assert "tunnel.networks" not in proposals(new_document(), LAPTOP, None, remembered)


@pytest.mark.parametrize("document", [{}, {"site": []}, {"site": {"networks": [1, {}, None]}, "host": "x", "points": "y"}])
def test_a_half_made_document_is_no_reason_to_fail(document):
    assert proposals(document, LAPTOP, BETA)


def test_a_draft_takes_what_is_proposed_and_forgets_that_it_was_once_it_is_overtyped():
    draft = Draft(here=LAPTOP)
    networks = next(question for question in SITE.questions if question.id == "site.networks")
    took = draft.took("site.networks", networks, draft.proposals()["site.networks"])
    assert took.document["site"]["networks"] == ["192.168.178.0/24"]
    assert list(took.taken) == ["site.networks"]
    assert took.answered("site.networks", networks, "10.1.0.0/16").taken == {}


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_that_is_only_accepted_on_another_lan_stays_the_example_that_it_is(name):
    draft = replace(open_preset(name), here=LAPTOP)
    wrong = draft.errors_under("")
    for group in GROUPS:
        for question in group.questions:
            path = question.id.replace("[*]", "[0]")
            proposal = draft.proposals().get(path)
            if proposal is not None and not proposal.only_offered:
                draft = draft.took(path, question, proposal)
    assert set(draft.errors_under("")) <= set(wrong)
    same_lan = ip_network("192.168.178.0/24") in networks_at(draft.document, "site.networks")
    assert ("site.router" in draft.taken) == (same_lan and value_at(draft.preset, "site.router") is None)
    assert same_lan or draft.proposals()["site.networks"].only_offered


def test_to_a_saved_site_what_is_found_is_only_offered():
    assert all(proposal.only_offered for proposal in Draft(here=LAPTOP, path="home.yaml").proposals().values())


def test_what_a_look_found_holds_for_the_login_that_it_was_found_by():
    document = with_answers(site={"networks": ["192.168.1.0/24"]}, host={"ssh": "beta"})
    assert texts(Draft(document, host=BETA, host_login="beta").proposals())["host.addresses"] == "192.168.1.10/24"
    assert "host.addresses" not in Draft(document, host=BETA, host_login="gamma").proposals()


def test_what_was_answered_and_the_host_shows_otherwise_is_said_beside_it():
    document = with_answers(
        site={"networks": ["192.168.1.0/24", "172.20.0.0/24"], "router": ["192.168.1.254"]},
        host={"addresses": ["192.168.1.11/24", "192.168.1.10/16"], "interface": "eth7", "default_gateway": True},
        tunnel={"networks": ["10.64.1.128/25"]},
    )
    found = {problem.field: problem.message for problem in contradictions(document, BETA, Lock())}
    assert found == {
        "host.addresses[0]": "beta has not 192.168.1.11, it has 192.168.1.10/24, 10.64.0.5/24",
        "host.addresses[1]": "beta has this address as 192.168.1.10/24",
        "host.interface": "beta has no interface eth7",
        "site.networks[1]": "beta has no address in 172.20.0.0/24 and no route to it but the one to the internet",
        "host.default_gateway": "beta itself goes out through 192.168.1.1",
        "site.router": "beta goes out through 192.168.1.1",
        "tunnel.networks[0]": "10.64.1.0/24 is in use on beta",
        "tunnel.port": "UDP port 51820 is taken on beta",
        "tunnel.interface": "beta has an interface wg0 already",
    }


def test_what_fits_the_host_is_not_spoken_of_and_its_own_tunnel_is_no_stranger():
    document = with_answers(
        site={"networks": ["192.168.1.0/24"], "router": ["192.168.1.1"]}, host={"addresses": ["192.168.1.10/24"], "interface": "eth0"}
    )
    assert contradictions(document, BETA, Lock(public_keys={"host": "x"})) == ()
    router = replace(BETA, routes=(default("ppp0"),), ipv4_forwarding=True)
    assert [problem.field for problem in contradictions(document, router, Lock(public_keys={"host": "x"}))] == ["host.default_gateway"]


@pytest.mark.parametrize("document", [{}, {"site": [], "tunnel": {"port": [1], "interface": {}}, "host": {"addresses": [None, {}]}}])
def test_a_half_made_document_is_compared_as_far_as_it_can_be_read(document):
    assert {problem.field for problem in contradictions(document, BETA, Lock())} <= {"tunnel.interface", "tunnel.port"}


def test_what_the_host_calls_itself_is_its_name():
    document = with_answers(site={"networks": ["192.168.1.0/24"]}, host={"ssh": "root@192.168.1.10"})
    found = proposals(document, LAPTOP, replace(BETA, system=System(node="pi-hole.fritz.box")))
    assert found["host.name"].text == "pi-hole"
    assert found["host.addresses"].remark == "found: pi-hole's eth0"
    assert found["tunnel.networks"].text == "10.65.0.0/24"
    assert found["tunnel.networks"].remark == "proposed: unused at the site and on this computer and pi-hole"
