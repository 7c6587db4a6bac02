"""Addresses are given out once, collide with nothing known, and stay."""

from ipaddress import ip_address, ip_interface, ip_network

from msgspec.structs import replace

from tests.unit.article import article, network
from wgwizard.derive import complete
from wgwizard.lock import Lock
from wgwizard.site import Host, Point, Site, Tunnel


def bare(*points: Point, networks: tuple[str, ...] = ("192.168.200.0/24",)) -> Site:
    return Site(
        "site-b",
        tuple(network(text) for text in networks),
        Host(addresses=(ip_interface("192.168.200.2/24"),)),
        points or (Point("a"), Point("b")),
    )


def test_what_was_written_stays() -> None:
    site, lock, problems = complete(article(), Lock())
    assert (site.tunnel, site.points, problems) == (article().tunnel, article().points, ())
    assert lock.addresses["endpoint-a"] == (ip_address("10.0.0.1"), ip_address("fd00:10::1"))


def test_a_proposal_has_both_families_only_where_the_site_has() -> None:
    only4, _, _ = complete(bare(), Lock())
    both, _, _ = complete(bare(networks=("192.168.200.0/24", "fd00:200::/64")), Lock())
    assert [n.version for n in only4.tunnel.networks] == [4]
    assert [n.version for n in both.tunnel.networks] == [4, 6]
    assert both.tunnel.networks[1].subnet_of(ip_network("fd00::/8"))  # type: ignore[arg-type]


def test_a_proposal_collides_with_nothing_known() -> None:
    home = Point("a", home_networks=(ip_network("10.64.0.0/16"),))
    site, _, problems = complete(bare(home, networks=("10.65.0.0/24", "192.168.200.0/24")), Lock())
    known = [ip_network(text) for text in ("10.64.0.0/16", "10.65.0.0/24", "192.168.200.0/24")]
    assert problems == ()
    assert not any(site.tunnel.networks[0].overlaps(other) for other in known)


def test_no_room_at_all_is_a_problem() -> None:
    _, _, problems = complete(bare(networks=("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")), Lock())
    assert [problem.code for problem in problems] == ["no-free-network"]


def test_a_deleted_point_renumbers_nobody_and_its_address_is_not_given_again() -> None:
    first, lock, _ = complete(bare(Point("a"), Point("b"), Point("c")), Lock())
    second, after, _ = complete(bare(Point("b"), Point("d"), Point("c")), lock)
    before = {point.name: point.addresses for point in first.points}
    now = {point.name: point.addresses for point in second.points}
    assert (now["b"], now["c"]) == (before["b"], before["c"])
    assert now["d"] not in before.values()
    assert after.addresses["a"] == before["a"]


def test_a_family_that_comes_later_is_added_and_the_old_address_stays() -> None:
    first, lock, _ = complete(bare(), Lock())
    second, _, _ = complete(bare(networks=("192.168.200.0/24", "fd00:200::/64")), lock)
    assert second.points[0].addresses[0] == first.points[0].addresses[0]
    assert second.points[0].addresses[1].version == 6


def test_an_exhausted_pool_names_the_points() -> None:
    points = tuple(Point(f"p{number}") for number in range(8))
    site = replace(bare(*points), tunnel=Tunnel(networks=(ip_network("10.9.0.0/29"),)))
    filled, _, problems = complete(site, Lock())
    assert [point.addresses for point in filled.points[-3:]] == [(), (), ()]
    assert [(p.code, p.field) for p in problems] == [("pool-exhausted", "tunnel.networks")]
    assert "p5, p6, p7" in problems[0].message


def test_the_network_and_broadcast_addresses_are_nobodys() -> None:
    points = tuple(Point(f"p{number}") for number in range(5))
    site, _, problems = complete(replace(bare(*points), tunnel=Tunnel(networks=(ip_network("10.9.0.0/29"),))), Lock())
    given = [str(address) for point in site.points for address in point.addresses]
    assert (str(site.tunnel.addresses[0]), given, problems) == ("10.9.0.1", [f"10.9.0.{n}" for n in range(2, 7)], ())


def test_an_address_written_for_one_point_that_another_was_given_is_a_problem() -> None:
    _, lock, _ = complete(bare(), Lock())
    taken = lock.addresses["b"]
    _, _, problems = complete(bare(Point("a"), Point("b"), Point("c", taken)), lock)
    assert [(p.code, p.field) for p in problems] == [("address-given-out", "points[2].addresses[0]")]


def test_a_remembered_network_that_now_overlaps_is_a_problem_and_not_changed() -> None:
    lock = Lock(networks=(ip_network("10.5.0.0/24"),))
    site, _, problems = complete(bare(networks=("10.5.0.0/16",)), lock)
    assert site.tunnel.networks == lock.networks
    assert [problem.code for problem in problems] == ["tunnel-overlap"]


def test_a_lan_address_without_prefix_takes_that_of_its_network() -> None:
    site = replace(bare(), host=Host(addresses=(ip_interface("192.168.200.2"),)))
    filled, _, _ = complete(site, Lock())
    assert filled.host.addresses == (ip_interface("192.168.200.2/24"),)


def test_ten_thousand_points_get_distinct_addresses_and_room_to_grow() -> None:
    site, _, problems = complete(bare(*(Point(f"p{number}") for number in range(10_000))), Lock())
    addresses = {point.addresses[0] for point in site.points}
    assert (len(addresses), problems) == (10_000, ())
    assert site.tunnel.networks[0].num_addresses >= 20_000
    assert site.tunnel.addresses[0] not in addresses
