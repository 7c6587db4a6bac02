"""The services of a site file's points and host, and the ports that they take."""

import pytest

from tests.unit.test_sitefile import FULL, read


def services(text):
    return read(
        FULL.replace("strategy: gateway", "strategy: forward").replace(
            "  - name: a2\n", f"  - name: a2\n    opens: site\n    services: {text}\n"
        )
    )


@pytest.mark.parametrize(
    ("service", "taken_by"),
    [
        ("{name: x, protocol: tcp, port: 8081}", "points[0].services[0]"),
        ("{name: x, protocol: tcp, port: 22}", "host.ssh"),
        ("{name: x, protocol: udp, port: 53}", "host.services[0]"),
        ("{name: x, protocol: udp, port: 1, published_port: 51822}", "tunnel.port"),
    ],
)
def test_a_port_of_the_host_leads_to_one_thing(service, taken_by):
    site, problems = services(f"[{service}]")
    assert (site, [problem.code for problem in problems]) == (None, ["port-taken"])
    assert problems[0].field.startswith("points[1].services[0].p")
    assert taken_by in problems[0].message


def test_the_same_port_of_another_protocol_is_free():
    assert services("[{name: x, protocol: udp, port: 8081}]")[1] == ()


def test_where_nothing_is_forwarded_ports_may_repeat():
    text = FULL.replace("  - name: a2\n", "  - name: a2\n    opens: site\n    services: [{name: x, protocol: tcp, port: 8081}]\n")
    assert read(text)[1] == ()


def test_what_opens_leaves_unused_is_a_warning():
    site, problems = read(FULL.replace("    opens: both", "    opens: site"))
    assert [(problem.code, problem.field) for problem in problems] == [
        ("right-unused", "points[0].may_reach[0]"),
        ("right-unused", "points[0].may_reach[1]"),
        ("right-unused", "points[0].may_reach[2]"),
    ]
    assert site is not None
    site, problems = read(FULL.replace("    opens: both", "    opens: points"))
    assert [(problem.code, problem.field) for problem in problems] == [("service-unused", "points[0].services[0]")]
    assert site is not None
