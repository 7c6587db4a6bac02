"""What is left to people: the same words on the wizard's last page and on the command line."""

from ipaddress import ip_address, ip_network

import pytest
from msgspec.structs import replace

from screens.done import shown
from tests.unit.article import KEYS, article, completed
from wgwizard.cli.owners_text import owners_text
from wgwizard.keys import Keyring, complete_keyring
from wgwizard.lock import Lock
from wgwizard.opened import opened_by_point, opened_by_site
from wgwizard.owners import (
    Folder,
    file_of,
    handshake_text,
    let_in_by,
    owner_steps,
    same_elsewhere,
    scanned,
    site_steps,
    waiting_text,
    what_to_do,
)
from wgwizard.pipeline import result, study
from wgwizard.plan import Plan, make_plan
from wgwizard.site import Needs, Opens, PortRange, Right, RoutesAt, Service, SiteHost, Strategy


@pytest.mark.parametrize("platform", ["linux", "windows", "macos", "android", "ios"])
@pytest.mark.parametrize("own_key", [False, True])
def test_the_wizard_and_the_command_line_tell_an_owner_the_same(platform, own_key):
    site = article()
    point = replace(site.points[0], platform=platform, public_key=KEYS["endpoint-a"] if own_key else None)
    site = replace(site, points=(point,))
    steps = owner_steps(site, point)
    found = study(site, Lock())
    made = result(found, complete_keyring(found.site, Keyring(), found.lock))
    bundle = made.bundle
    for text in (shown(what_to_do(made.plan, bundle)).plain, owners_text(site)):
        assert all(step in text for step in steps)
    by_code = platform in ("android", "ios") and not own_key
    assert ["QR code" in step for step in steps[:1]] == [by_code]
    assert "bring endpoint-a/etc/wireguard/wg0.conf there" in steps[by_code]
    assert any("(kept on endpoint-a)" in step for step in steps) is own_key
    assert any("scp" in step for step in steps) is (platform in ("linux", "macos"))
    assert len(steps) == 2 + own_key + by_code + (platform == "linux")
    assert file_of(site, point) in {f"{artefact.node}{artefact.path}" for artefact in bundle.artefacts}


def test_only_a_point_that_the_site_opens_things_on_is_connected_at_all_times():
    site = article()
    switched = {
        opens: [step for step in owner_steps(site, replace(site.points[0], opens=opens), "home/") if "wg-quick" in step] for opens in Opens
    }
    away = ["away from the site: sudo wg-quick up wg0", "back at the site: sudo wg-quick down wg0"]
    always = ["now and at every start: sudo systemctl enable --now wg-quick@wg0"]
    assert switched == {Opens.POINTS: away, Opens.SITE: always, Opens.BOTH: always}
    file = "home/endpoint-a/etc/wireguard/wg0.conf"
    assert owner_steps(site, site.points[0], "home/")[:2] == (
        f"bring {file} there, on a USB stick or by `scp {file} USER@ITS-ADDRESS:`",
        "there (wireguard-tools): sudo install -m 600 wg0.conf /etc/wireguard/",
    )


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (None, "○ laptop: no handshake yet"),
        (0.0, "✓ laptop: handshake 0 s ago"),
        (180.0, "✓ laptop: handshake 180 s ago"),
        (181.0, "! laptop: last handshake 181 s ago, not connected now"),
    ],
)
def test_a_handshake_older_than_three_minutes_is_a_dead_session(age, said):
    assert handshake_text("laptop", age) == said
    site = article()
    site = replace(site, points=(replace(site.points[0], name="laptop"),))
    assert waiting_text(site, {"laptop": "key"}, {"key": age}) == f"Handshakes\n  {said}"


def planned(strategy: Strategy) -> Plan:
    return make_plan(completed(article()), strategy, masquerade_into_tunnel=False, public_keys=KEYS)


def test_the_site_is_told_its_port_forward_and_its_routes():
    way_in = (
        "the only way in: UDP port 51822 -> 192.168.200.2 port 51822",
        "the only way in: IPv6 needs no forward, but the firewall must admit UDP to fd00:200::2 port 51822",
    )
    assert site_steps(planned(Strategy.MASQUERADE)) == way_in
    who = "each computer in {} that the points reach or that opens connections to the points"
    routes = (
        f"on {who.format('192.168.200.0/24')}, a route: 10.0.0.0/24 via 192.168.200.2",
        f"on {who.format('fd00:200::/64')}, a route: fd00:10::/64 via fd00:200::2",
    )
    admit = "where a computer's own firewall admits only its own network (Windows shares), it must admit 10.0.0.0/24, fd00:10::/64 too"
    assert site_steps(planned(Strategy.GATEWAY)) == (*way_in, *routes, admit)


def test_whom_dhcp_tells_nothing_is_told_by_hand():
    site = completed(article())
    point = replace(site.points[0], opens=Opens.POINTS, may_reach=(Right("nas"),))
    nas = SiteHost("nas", (ip_address("192.168.200.22"),))
    site = replace(site, points=(point,), hosts=(nas,), routes_at=frozenset({RoutesAt.DHCP}))
    plan = make_plan(site, Strategy.GATEWAY, masquerade_into_tunnel=False, public_keys=KEYS)
    assert [step for step in site_steps(plan) if step.startswith("on ")] == [
        "on the DHCP server (option 121), a route: 10.0.0.0/24 via 192.168.200.2",
        "on nas (192.168.200.22), where the address is fixed, the same by hand: DHCP tells those nothing",
    ]


@pytest.mark.parametrize(
    ("rights", "opens", "who"),
    [
        (("nas",), Opens.POINTS, "nas (192.168.200.22)"),
        (("nas", "192.168.200.30"), Opens.POINTS, "nas (192.168.200.22), 192.168.200.30"),
        (("nas", "192.168.200.0/28"), Opens.POINTS, "each computer in 192.168.200.0/24 that the points reach"),
        (("site",), Opens.POINTS, "each computer in 192.168.200.0/24 that the points reach"),
        (("nas",), Opens.SITE, "each computer in 192.168.200.0/24 that opens connections to the points"),
    ],
)
def test_only_computers_that_answer_the_points_are_told_a_route(rights, opens, who):
    site = completed(article())
    point = replace(site.points[0], opens=opens, may_reach=tuple(Right(to) for to in rights))
    site = replace(site, points=(point,), hosts=(SiteHost("nas", (ip_address("192.168.200.22"),)),))
    plan = make_plan(site, Strategy.GATEWAY, masquerade_into_tunnel=False, public_keys=KEYS)
    told = [step for step in site_steps(plan) if "via 192.168.200.2" in step]
    assert told == [f"on {who}, a route: 10.0.0.0/24 via 192.168.200.2"]


def test_what_does_not_work_yet_stands_before_everything_else():
    found = study(replace(article(), strategy=Strategy.MASQUERADE, needs=Needs(Opens.POINTS, tell_points_apart=True)), Lock())
    made = result(found, complete_keyring(found.site, Keyring(), found.lock))
    assert shown(what_to_do(made.plan, made.bundle, unmet=found.unmet)).plain.startswith(
        "! Not all that is wanted works yet\n  The site must see each point's own address"
    )
    assert "Not all that is wanted" not in shown(what_to_do(made.plan, made.bundle)).plain


@pytest.mark.parametrize(
    ("strategy", "opened"),
    [
        (Strategy.MASQUERADE, ()),
        (Strategy.FORWARD, ("192.168.200.2:8081   web of endpoint-a, tcp",)),
        (Strategy.GATEWAY, ("10.0.0.1:8000   web of endpoint-a, tcp",)),
    ],
)
def test_the_site_is_told_what_to_open(strategy, opened):
    assert opened_by_site(planned(strategy)) == opened


@pytest.mark.parametrize(
    ("port", "published", "line"),
    [
        (80, None, "http://192.168.200.2/   web of endpoint-a, in a browser"),
        (80, 8080, "http://192.168.200.2:8080/   web of endpoint-a, in a browser"),
        (443, None, "https://192.168.200.2/   web of endpoint-a, in a browser"),
        (22, 2222, "ssh -p 2222 USER@192.168.200.2   web of endpoint-a, in a terminal"),
    ],
)
def test_a_web_page_is_told_as_a_browser_asks_for_it_and_the_points_firewall_is_named(port, published, line):
    site = completed(article())
    point = replace(site.points[0], services=(Service("web", "tcp", port, published),))
    plan = make_plan(replace(site, points=(point,)), Strategy.FORWARD, masquerade_into_tunnel=False, public_keys=KEYS)
    assert opened_by_site(plan) == (line,)
    networks = ", ".join(str(network.cidr) for network in site.networks)
    assert let_in_by(plan, point) == (f"its own firewall must let in tcp {port} from {networks}",)
    assert let_in_by(planned(Strategy.MASQUERADE), point) == ()


@pytest.mark.parametrize(
    ("rights", "platform", "opened"),
    [
        ((Right("nas", "tcp", (PortRange(445, 445),)),), "windows", (r"\\192.168.200.22\   nas, in the Explorer",)),
        ((Right("nas", "tcp", (PortRange(445, 445),)),), "linux", ("smb://192.168.200.22/   nas, in the file manager",)),
        (
            (Right("nas", "tcp", (PortRange(80, 80), PortRange(8443, 8443))),),
            "ios",
            ("http://192.168.200.22/   nas, in a browser", "https://192.168.200.22:8443/   nas, in a browser"),
        ),
        (
            (Right("nas", "tcp", (PortRange(22, 22),)), Right("nas", "tcp", (PortRange(3389, 3389),))),
            "macos",
            ("ssh USER@192.168.200.22   nas, in a terminal", "192.168.200.22   nas, in the remote desktop's program"),
        ),
        (
            (Right("nas", "udp", (PortRange(53, 53),)), Right("nas", "tcp", (PortRange(8000, 8010),))),
            "linux",
            ("192.168.200.22:53   nas, udp", "192.168.200.22:8000-8010   nas, tcp"),
        ),
        ((Right("nas"),), "linux", ("192.168.200.22   nas",)),
        ((Right("192.168.200.30", "tcp", (PortRange(9000, 9000),)),), "linux", ("192.168.200.30:9000   tcp",)),
        (
            (Right("192.168.200.0/24"),),
            "linux",
            ("192.168.200.22   nas", "any computer in 192.168.200.0/24, by its address there"),
        ),
    ],
)
def test_a_points_owner_is_told_what_to_type_to_get_to_the_site(rights, platform, opened):
    site = completed(article())
    point = replace(site.points[0], opens=Opens.POINTS, may_reach=rights, platform=platform)
    site = replace(site, points=(point,), hosts=(SiteHost("nas", (ip_address("192.168.200.22"), ip_address("fd00:200::22"))),))
    plan = make_plan(site, Strategy.MASQUERADE, masquerade_into_tunnel=False, public_keys=KEYS)
    assert opened_by_point(plan, point) == opened
    many = tuple(Right("nas", "tcp", (PortRange(port, port),)) for port in range(9000, 9010))
    plan = make_plan(
        replace(site, points=(replace(point, may_reach=many),)), Strategy.MASQUERADE, masquerade_into_tunnel=False, public_keys=KEYS
    )
    assert opened_by_point(plan, point)[5:] == ("192.168.200.22:9005   nas, tcp", "… and 4 more")
    assert opened_by_point(planned(Strategy.FORWARD), planned(Strategy.FORWARD).site.points[0]) == ()


@pytest.mark.parametrize(
    ("cidr", "strategy", "told"),
    [
        ("192.168.178.0/24", Strategy.MASQUERADE, True),
        ("192.168.178.0/24", Strategy.FORWARD, False),
        ("192.168.200.0/24", Strategy.MASQUERADE, False),
    ],
)
def test_a_network_that_many_homes_have_is_told_to_who_goes_there(cidr, strategy, told):
    site = completed(article())
    plan = replace(planned(strategy), site=replace(site, networks=(replace(site.networks[0], cidr=ip_network(cidr)),)))
    assert bool(same_elsewhere(plan)) is told
    assert not told or cidr in same_elsewhere(plan)[0]


@pytest.mark.parametrize(
    ("ssh", "keys_on_host", "steps"),
    [
        (
            "admin@192.168.200.2:2222",
            False,
            (
                "copy the folder home/host there, on a USB stick or by `scp -r home/host USER@192.168.200.2:`",
                "there: sudo sh host/install.sh",
            ),
        ),
        (
            "admin@beta",
            True,
            (
                "first let the key be made here (Host β, More questions): the points' files",
                "copy the folder home/host there, on a USB stick or by `scp -r home/host admin@beta:`",
                "there: sudo",
            ),
        ),
        ("local", False, ("here: sudo sh home/host/install.sh",)),
    ],
)
def test_a_host_with_a_login_that_nothing_was_applied_to_can_be_set_up_by_hand_too(ssh, keys_on_host, steps):
    site = article()
    found = study(replace(site, host=replace(site.host, ssh=ssh, keys_on_host=keys_on_host)), Lock())
    made = result(found, complete_keyring(found.site, Keyring(), found.lock))
    blocks = {block.heading: block.lines for block in what_to_do(made.plan, made.bundle, Folder("home/"), host_undone=("not applied",))}
    told = blocks["By hand on Host β, if the wizard is not to log in there"]
    assert [line.startswith(begin) for line, begin in zip(told, steps, strict=True)] == [True] * len(steps), told
    applied = {block.heading for block in what_to_do(made.plan, made.bundle, Folder("home/"))}
    assert not applied & {"By hand on Host β, if the wizard is not to log in there", "What to do on Host β"}


@pytest.mark.parametrize(
    ("platform", "said"),
    [
        ("android", "endpoint-a's app: +, Scan from QR code"),
        ("ios", "endpoint-a's app: +, Create from QR code"),
        ("windows", "endpoint-a (windows) reads no QR code: give it the file"),
        ("macos", "endpoint-a (macos) reads no QR code: give it the file"),
        ("linux", "endpoint-a (linux) reads no QR code: give it the file"),
    ],
)
def test_beside_a_code_stands_what_the_points_own_app_does_with_it(platform, said):
    assert scanned(replace(article().points[0], platform=platform)) == said


def test_files_that_are_not_written_yet_and_those_that_stay_as_they_were_are_said():
    found = study(article(), Lock())
    made = result(found, complete_keyring(found.site, Keyring(), found.lock))
    unwritten = shown(what_to_do(made.plan, made.bundle, Folder("home/", is_there=False))).plain
    assert unwritten.startswith("○ The files\n  the folder home/ is not written yet")
    older = shown(what_to_do(made.plan, made.bundle, Folder("home/", is_current=False))).plain
    assert older.startswith("○ The files\n  the folder home/ is older than these answers")
    same = shown(what_to_do(made.plan, made.bundle, Folder("home/", holds=frozenset({"endpoint-a"})))).plain
    assert "nothing to do where that one is in place" in same
    assert "not written yet" not in same
