"""What connections from Host β prove: which are tried for a plan, and what each set of answers means."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.unit.article import article
from wgwizard.applying import Proven
from wgwizard.host.proof import read_answers
from wgwizard.keys import Keyring
from wgwizard.lock import Lock
from wgwizard.pipeline import planned, study
from wgwizard.plan import Plan
from wgwizard.proving import MOST, USUAL_PORTS, Answer, Answers, Attempt, Destination, Unanswered, attempts, destinations, proven
from wgwizard.site import Needs, Opens, PortRange, Right, RoutesAt, SiteHost, Strategy

SERVER, OTHER = ip_address("192.168.200.10"), ip_address("192.168.200.11")
WEB = Destination("server", SERVER, (443,), named=True)
ELSE = Destination("other", OTHER)


def plan(strategy: Strategy = Strategy.GATEWAY, *rights: Right, routes: RoutesAt = RoutesAt.ROUTER) -> Plan:
    """The article's site with two named computers, where points may reach these."""
    site = article()
    rights = rights or (Right("server", "tcp", (PortRange(443, 443),)), Right("other"))
    site = replace(
        site,
        hosts=(SiteHost("server", (SERVER,)), SiteHost("other", (OTHER,))),
        routes_at=frozenset({routes}),
        strategy=strategy,
        needs=Needs(opens=Opens.POINTS),
        points=tuple(replace(point, may_reach=rights, services=()) for point in site.points),
    )
    return planned(study(site, Lock()), Keyring())


def tunnel_address(of: Plan):
    return next(address for address in of.site.tunnel.addresses if address.version == 4)


def said(of: Plan, own: Answer, tunnel: Answer = Answer.SILENT, **more) -> Proven:
    """What is said of the server's page; the other computer answers from nowhere unless `other` says so."""
    source = tunnel_address(of)
    answers = {Attempt(WEB, 443, None): own, Attempt(WEB, 443, source): tunnel}
    if more.pop("other", None):
        answers[Attempt(ELSE, 443, source)] = Answer.REFUSED
    return proven(of, Answers(answers, **more))[0]


def test_each_computer_is_tried_once_from_the_address_that_it_will_see():
    of = plan()
    assert destinations(of) == (WEB, ELSE)
    tried = attempts(of)
    assert [(one.destination, one.port, one.source) for one in tried[:3]] == [
        (WEB, 443, None),
        (WEB, 443, tunnel_address(of)),
        (ELSE, USUAL_PORTS[0], None),
    ]
    assert len(tried) == 2 + 2 * len(USUAL_PORTS)
    assert {one.source for one in attempts(plan(Strategy.MASQUERADE))} == {None}


def test_of_a_whole_network_what_the_site_names_is_tried_and_no_more_than_so_many():
    of = plan(Strategy.MASQUERADE, Right("site"))
    assert {(one.target, one.address) for one in destinations(of) if one.address.version == 4} == {
        ("server", SERVER),
        ("other", OTHER),
        ("the site's router", ip_address("192.168.200.1")),
    }
    many = plan(Strategy.MASQUERADE, *(Right("server", "tcp", (PortRange(port, port),)) for port in range(1, MOST + 3)))
    assert len(attempts(many)) == MOST
    answers = Answers(dict.fromkeys(attempts(many), Answer.OPEN))
    assert [one.works for one in proven(many, answers)].count(None) == 2
    odd = plan(Strategy.GATEWAY, Right("other"), *(Right("server", "tcp", (PortRange(port, port),)) for port in range(1, MOST)))
    tried = [one.destination for one in attempts(odd)]
    assert {tried.count(one) for one in tried} == {2, 2 * len(USUAL_PORTS)}  # never half of a destination


@pytest.mark.parametrize(
    ("own", "tunnel", "more", "works", "words"),
    [
        (Answer.OPEN, Answer.OPEN, {}, True, "answers from 10."),
        (Answer.REFUSED, Answer.REFUSED, {}, False, "nothing listens on that port"),
        (Answer.OPEN, Answer.SILENT, {}, False, "the router lacks the route to"),
        (Answer.OPEN, Answer.SILENT, {"other": True}, False, "unlike for other (192.168.200.11): its own firewall drops what comes from"),
        (Answer.OPEN, Answer.SILENT, {"ping": True}, False, "but ping: its own firewall"),
        (Answer.SILENT, Answer.SILENT, {"echoes": frozenset({(SERVER, None)})}, False, "answers ping, and no connection"),
        (Answer.SILENT, Answer.SILENT, {"absent": frozenset({SERVER})}, False, "nobody on the LAN has this address"),
        (Answer.SILENT, Answer.SILENT, {"dropped_here": {WEB: "inet own o"}}, False, "Host β's own firewall (inet own o) drops"),
        (Answer.UNREACHABLE, Answer.SILENT, {}, False, "a router or firewall on the way says"),
        (Answer.SILENT, Answer.SILENT, {}, False, "never answers, not even Host β"),
    ],
)
def test_each_reason_has_its_own_words(own, tunnel, more, works, words):
    of = plan()
    ping = {"echoes": frozenset({(SERVER, tunnel_address(of))})}
    found = said(of, own, tunnel, **(ping if "ping" in more else more))
    assert (found.works, found.what) == (works, "server (192.168.200.10), tcp 443")
    assert words in found.seen


def test_a_missing_route_is_named_where_it_belongs():
    assert "the DHCP server does not give out the route" in said(plan(routes=RoutesAt.DHCP), Answer.OPEN).seen
    assert "the computers there lack the route" in said(plan(routes=RoutesAt.HOSTS), Answer.OPEN).seen


def test_what_tcp_cannot_show_and_what_our_rules_refused_is_said():
    of = plan(Strategy.MASQUERADE, Right("server", "udp", (PortRange(53, 53),)))
    assert attempts(of) == ()
    seen = proven(of, Answers({}, refused_packets={"from_points": 1, "to_points": 0, "to_host": 7}))
    assert [one.works for one in seen] == [None, None, None]
    assert [one.seen for one in seen[1:]] == [
        "refused 1 packet from points into the site, beyond their rights",
        "refused 7 packets from points to Host β itself",
    ]


def test_what_a_point_tried_itself_in_vain_is_told_by_name_but_for_what_was_meant_for_the_host():
    of = plan(Strategy.MASQUERADE, Right("server"))
    point = of.site.points[0]
    (source,) = [address for address in point.addresses if address.version == 4]
    tried = {
        Unanswered(source, "udp", ip_address("198.51.100.7"), 514),
        Unanswered(source, "tcp", SERVER, 5001),
        Unanswered(source, "tcp", tunnel_address(of), 22),
    }
    seen = "was tried lately, went out of Host β, and nothing came back"
    assert proven(of, Answers({}, unanswered=frozenset(tried)))[1:] == (
        Proven(None, f"{point.name} ({source}) to 198.51.100.7, udp 514", seen),
        Proven(None, f"{point.name} ({source}) to server (192.168.200.10), tcp 5001", seen),
    )


def test_a_refusal_shows_the_way_where_no_port_was_named():
    of = plan(Strategy.MASQUERADE, Right("other"))
    assert proven(of, Answers({Attempt(ELSE, 22, None): Answer.REFUSED})) == (Proven(True, "other (192.168.200.11)", "answers"),)


def test_what_the_host_says_is_read_line_by_line():
    tried = (Attempt(WEB, 443, None), Attempt(WEB, 443, ip_address("10.0.0.2")))
    text = "answer 1 open\necho 10.0.0.2 192.168.200.10\necho - fd00::1\nabsent 192.168.200.11\nrefused to_host 3\nanswer 9 odd\n"
    text += "unanswered 10.0.0.3 tcp 192.168.200.10 5001\nunanswered 10.0.0.3 tcp 192.168.200.10 http\nunanswered 10.0.0.3 \x1b[1m :: 1\n"
    found = read_answers(text, tried)
    assert found.by_attempt == {tried[0]: Answer.SILENT, tried[1]: Answer.OPEN}
    assert found.echoes == {(SERVER, ip_address("10.0.0.2")), (ip_address("fd00::1"), None)}
    assert found.absent == {OTHER}
    assert found.refused_packets == {"to_host": 3}
    assert found.unanswered == {Unanswered(ip_address("10.0.0.3"), "tcp", SERVER, 5001)}


@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), max_size=12)
        | st.sampled_from(["answer", "echo", "absent", "unanswered", "tcp", "1", "-", "::", "1.2.3.4.5", "999.1.1.1"])
    )
)
def test_whatever_the_host_says_is_read(words):
    read_answers(" ".join(words).replace("  ", "\n"), (Attempt(WEB, 443, None),))
    read_answers("\n".join(words), ())
