"""Every bad input of the list that the project was given, by its number there: refused or warned of with field, value and reason.

Each case is written into one good site and must yield exactly that problem, at that field, with the value in the message, a hint,
and (for an error) no site.

Not here, because a site file cannot hold it:
  53 is "too-wide" (consent would be `to: internet`, which is not supported yet, see 53b); 60 keepalive is not a field (60b);
  63 (33 bytes is 44 characters of base64 without padding, or with one "=" a wrong last letter);
  66 (private), 67, 68, 70, 71, 72 concern private keys: test_keys.py; 85 there are no comments in the format (85b: it is no field);
  86 needs a comment in a rule, names are the only text of people in rules (84, 86b); 90 is not a field (90b);
  91 is adopting a wg0.conf, which this version does not do;
  82 "an existing interface that is not WireGuard" is seen by the probe of the host, not in the file;
  92 to 96 concern the files beside the site: test_profiles.py; 28 (directory, FIFO, link, too big) too.
"""

import copy

import pytest

from wgwizard import sitefile
from wgwizard.problems import Severity
from wgwizard.sitefile import yamltext

KEY = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
GOOD = {
    "version": 1,
    "name": "site-b",
    "site": {
        "networks": [{"cidr": "192.168.200.0/24", "name": "lan"}],
        "hosts": [{"name": "nas", "addresses": ["192.168.200.22"]}],
        "router": ["192.168.200.1"],
    },
    "host": {"addresses": ["192.168.200.2/24"], "endpoint": "vpn.b.home.arpa:51822", "ssh": "admin@192.168.200.2"},
    "tunnel": {"networks": ["10.0.0.0/24"], "addresses": ["10.0.0.2"], "port": 51822},
    "points": [
        {"name": "a", "addresses": ["10.0.0.1"], "services": [{"name": "web", "protocol": "tcp", "port": 8000}]},
        {"name": "a2", "addresses": ["10.0.0.3"], "may_reach": [{"to": "nas", "protocol": "tcp", "ports": [80]}]},
    ],
    "needs": {"opens": "both"},
}
GOOD_TEXT = sitefile.to_yaml(sitefile.read(GOOD)[0])


def with_value(path, value):
    """The good document with the value at "points[0].name" replaced."""
    document = copy.deepcopy(GOOD)
    *parents, last = [int(part) if part.isdigit() else part for part in path.replace("[", ".").replace("]", "").split(".")]
    place = document
    for part in parents:
        place = place.setdefault(part, {}) if isinstance(place, dict) else place[part]
    if isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return document


def test_the_good_site_is_good():
    site, problems = sitefile.read(GOOD)
    assert (site is not None, problems) == (True, ())


def swapped(old, new):
    """The good file's text with one thing in it replaced."""
    assert old in GOOD_TEXT
    return GOOD_TEXT.replace(old, new, 1)


def line(text):
    return GOOD_TEXT + text + "\n"


# number, the file's bytes or text, code, field, what the message holds
TEXTS = [
    ("1", b"", "empty-file", "", "empty"),
    ("1b", b"# only a comment\n", "empty-file", "", "empty"),
    ("1c", b"---\n", "empty-file", "", "empty"),
    ("2", b"- a\n- b\n", "not-a-mapping", "", "a list"),
    ("2b", b"hello\n", "not-a-mapping", "", "a single value"),
    ("3", GOOD_TEXT + "---\nversion: 1\n", "several-documents", "", "second document"),
    ("4", line("name: other"), "duplicate-key", "name", "'name' is given twice"),
    ("4b", swapped("- name: a\n", "- name: x\n    name: a\n"), "duplicate-key", "points[0].name", "'name'"),
    ("8", swapped("name: a\n", "name: no\n"), "yaml-boolean", "points[0].name", "'no'"),
    ("8b", line("strategy: on"), "yaml-boolean", "strategy", "'on'"),
    ("9", swapped("port: 8000", "port: 22:22"), "yaml-sexagesimal", "points[0].services[0].port", "'22:22'"),
    ("10", swapped("port: 8000", "port: 010"), "yaml-octal", "points[0].services[0].port", "'010'"),
    ("11", swapped("port: 8000", "port: 0x50"), "yaml-hexadecimal", "points[0].services[0].port", "'0x50'"),
    ("11b", swapped("port: 8000", "port: 0b11"), "yaml-binary", "points[0].services[0].port", "'0b11'"),
    ("12", swapped("port: 8000", "port: 51_820"), "yaml-number", "points[0].services[0].port", "'51_820'"),
    ("13", swapped("name: a\n", "name: 2026-11-22\n"), "yaml-date", "points[0].name", "'2026-11-22'"),
    ("14", swapped("[10.0.0.0/24]", "[10.0]"), "yaml-float", "tunnel.networks[0]", "'10.0'"),
    ("15", swapped("port: 8000", "port: .inf"), "yaml-float", "points[0].services[0].port", "'.inf'"),
    ("15b", swapped("port: 8000", "port: .NaN"), "yaml-float", "points[0].services[0].port", "'.NaN'"),
    ("16", line("strategy: !!python/object/apply:os.system [id]"), "tag", "strategy", "python/object/apply:os.system"),
    ("16b", line("strategy: !local auto"), "tag", "strategy", "'!local'"),
    ("17", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "anchor", "a", "&a"),
    ("18", "a: &a [*a]\n", "anchor", "a", "&a"),
    ("18b", "a: *b\n", "alias", "a", "*b"),
    ("19", "a: " + "[" * 5000 + "]" * 5000, "too-deep", "a" + "[0]" * 49, "50 levels"),
    ("19b", "".join(" " * depth + "a:\n" for depth in range(60)), "too-deep", ".".join(["a"] * 50), "50 levels"),
    ("20", "a: [" + "1," * 1_000_001 + "]", "too-many-values", "a[999997]", "1000000 values"),
    ("20b", b"#" * (16 * 1024 * 1024 + 1), "too-big", "", "16777217 bytes"),
    ("21", line("needs2: {<<: {opens: site}}"), "yaml-merge-key", "needs2.<<", "'<<'"),
    ("22", "version: 1\nsite:\n\tnetworks: []\n", "tab", "site", "line 3: a tab"),
    ("23", line("x: \x07"), "invisible-character", "", "U+0007"),
    ("24", b"\xef\xbb\xbf" + GOOD_TEXT.encode(), "byte-order-mark", "", "byte order mark"),
    ("24b", GOOD_TEXT.encode("utf-16"), "byte-order-mark", "", "byte order mark"),
    ("25", GOOD_TEXT.encode() + b"# caf\xe9\n", "not-utf-8", "", "0xe9"),
    ("26", line("# \u202e"), "invisible-character", "", "U+202E"),
    ("26b", line("# \u200b"), "invisible-character", "", "U+200B"),
    ("27", line("x: \x00"), "invisible-character", "", "U+0000"),
    (
        "30-48 unquoted",
        swapped('"vpn.b.home.arpa:51822"', "[2001:db8::1]:51822"),
        "quote-it",
        "host.endpoint",
        "[2001:db8::1]:51822",
    ),
    ("35b", "site:\n  networks: [::/0]\n", "quote-it", "site.networks[0]", "::/0"),
    ("35c", "site:\n  router:\n    - fd00::\n", "quote-it", "site.router[0]", "fd00::"),
    ("35d", "host:\n  endpoint: fd00::\n", "quote-it", "host.endpoint", "fd00::"),
    ("64-bit", swapped("port: 8000", "port: " + "9" * 5000), "number-too-long", "points[0].services[0].port", "5000 digits"),
    ("key", "? [a, b]\n: 1\n", "key-not-text", "", "list or mapping"),
]


@pytest.mark.parametrize(("content", "code", "field", "said"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_a_text_is_refused(content, code, field, said):
    document, problems = yamltext.parse(content if isinstance(content, bytes) else content.encode())
    assert document is None
    found = [problem for problem in problems if (problem.code, problem.field) == (code, field)]
    assert found, problems
    assert said in found[0].message
    assert found[0].hint
    assert found[0].severity is Severity.ERROR


E, W = Severity.ERROR, Severity.WARNING
NETWORK, HOST, ROUTER, POINT = "site.networks[0].cidr", "host.addresses[0]", "site.router[0]", "points[0].addresses[0]"
ENDPOINT, SERVICE, TO = "host.endpoint", "points[0].services[0]", "points[1].may_reach[0].to"
INTERFACE, NAME, PUBLIC = "tunnel.interface", "points[0].name", "points[0].public_key"
LONG = "a" * 64

# number, field to change, value, code, field of the problem (None: the same), what the message holds
VALUES = [
    ("5", "points[0].adresses", ["10.0.0.1"], "unknown-field", None, "'adresses'"),
    ("5b", "tunel", {}, "unknown-field", None, "'tunel'"),
    ("5c", "points[0].private_key", KEY, "unknown-field", None, "'private_key'"),
    ("6", "name", None, "no-value", None, "null"),
    ("6b", "site.networks", [], "missing", None, "network is missing"),
    ("6c", "host.addresses", [], "missing", None, "address in the site is missing"),
    ("6d", "points", [], "missing", None, "point"),
    ("6e", "points[0]", {}, "missing", "points[0].name", "name is missing"),
    ("6f", SERVICE, {"name": "web"}, "missing", f"{SERVICE}.port", "port is missing"),
    ("6g", "points[1].may_reach[0]", {"protocol": "tcp"}, "missing", TO, "missing"),
    ("6h", "points[1].may_reach[0]", {"to": "nas", "ports": [80]}, "missing", "points[1].may_reach[0].protocol", "protocol of the ports"),
    ("7", "points", {"name": "a"}, "wrong-type", None, "a mapping is not a list"),
    ("7b", "tunnel.port", "51820", "wrong-type", None, "'51820' is not a whole number"),
    ("7c", "name", 7, "wrong-type", None, "7 is not text"),
    ("7d", "needs.tell_points_apart", "yes", "wrong-type", None, "'yes' is not true or false"),
    ("7e", "tunnel.port", True, "wrong-type", None, "true is not a whole number"),
    ("7f", "needs.opens", "point", "unknown-word", None, "'point'"),
    ("7g", "host", [], "wrong-type", None, "a list is not a mapping"),
    ("7h", "site.networks[0]", 5, "wrong-type", None, "5 is not"),
    ("29", "version", 2, "newer-version", None, "version 2 is newer"),
    ("29b", "version", 0, "bad-version", None, "0"),
    ("30", NETWORK, "192.168.200.5/24", "host-bits", None, "'192.168.200.5/24'"),
    ("31", NETWORK, "192.168.200.0/0.0.0.255", "bad-prefix", None, "'192.168.200.0/0.0.0.255'"),
    ("31b", NETWORK, "192.168.200.0/255.255.255.0", "bad-prefix", None, "a mask"),
    ("32", HOST, 3232286722, "wrong-type", None, "3232286722 is not text"),
    ("32b", HOST, True, "wrong-type", None, "true is not text"),
    ("32c", HOST, b"\xc0\xa8\xc8\x02", "wrong-type", None, "bytes"),
    ("33", POINT, "010.0.0.1", "bad-address", None, "'010.0.0.1' has a leading zero"),
    ("34", NETWORK, "192.168.200.0/33", "bad-prefix", None, "'/33'"),
    ("34b", NETWORK, "fd00::/129", "bad-prefix", None, "'/129'"),
    ("34c", NETWORK, "192.168.200.0/024", "bad-prefix", None, "'/024'"),
    ("34d", NETWORK, "192.168.200.0/+8", "bad-prefix", None, "'/+8'"),
    ("34e", NETWORK, "192.168.200.0/", "bad-prefix", None, "'/'"),
    ("34f", NETWORK, "192.168.200.0/٢٤", "bad-prefix", None, "'/٢٤'"),
    ("34g", NETWORK, "192.168.200.0", "no-prefix", None, "'192.168.200.0'"),
    ("34h", HOST, "192.168.7.2", "no-prefix", None, "192.168.7.2 is not in 192.168.200.0/24: a slip?"),
    ("34i", ROUTER, "192.168.200.1/24", "bad-address", None, "not one address"),
    ("35", ROUTER, "fe80::1%e;th", "bad-address", None, "zone"),
    ("36", ROUTER, "::ffff:192.168.200.1", "mapped-address", None, "IPv4-mapped"),
    ("37", ROUTER, "127.0.0.1", "loopback-address", None, "'127.0.0.1'"),
    ("37b", ROUTER, "::1", "loopback-address", None, "'::1'"),
    ("38", HOST, "224.0.0.1/24", "multicast-address", None, "224.0.0.1"),
    ("38b", HOST, "ff02::1/64", "multicast-address", None, "ff02::1"),
    ("39", HOST, "192.168.200.0/24", "network-address", None, "192.168.200.0"),
    ("39b", HOST, "192.168.200.255/24", "broadcast-address", None, "192.168.200.255"),
    ("39c", "site.hosts[0].addresses[0]", "192.168.200.255", "broadcast-address", None, "192.168.200.255"),
    ("39d", POINT, "10.0.0.255", "broadcast-address", None, "10.0.0.255"),
    ("39e", ROUTER, "192.168.200.0", "network-address", None, "192.168.200.0"),
    ("39f", ROUTER, "255.255.255.255", "broadcast-address", None, "255.255.255.255"),
    ("40", ROUTER, "0.0.0.0", "unspecified-address", None, "0.0.0.0"),
    ("40b", ROUTER, "::", "unspecified-address", None, "'::'"),
    ("41", ROUTER, "169.254.1.1", "link-local-address", None, "169.254.1.1"),
    ("41b", ROUTER, "fe80::1", "link-local-address", None, "fe80::1"),
    ("42", ROUTER, "240.0.0.1", "reserved-address", None, "240.0.0.1"),
    ("42b", ROUTER, "0.1.2.3", "reserved-address", None, "0.1.2.3"),
    ("42c", ROUTER, "fec0::1", "reserved-address", None, "fec0::1"),
    ("45", "site.networks[1]", "fd00:200::/64", "family-missing", None, "Host β has no IPv6 address"),
    ("45b", "tunnel.addresses[1]", "fd00::2", "outside-tunnel", None, "fd00::2"),
    ("46", "tunnel.networks[0]", "192.168.0.0/16", "tunnel-overlaps", None, "192.168.200.0/24"),
    ("46c", "site.networks[1]", "192.168.0.0/16", "networks-overlap", NETWORK, "192.168.200.0/24 lies inside 192.168.0.0/16"),
    ("46d", "site.networks[1]", "192.168.200.0/24", "networks-overlap", None, "given twice"),
    ("46e", "tunnel.networks[1]", "10.0.0.128/25", "networks-overlap", None, "10.0.0.128/25 overlaps 10.0.0.0/24"),
    ("46b", HOST, "10.0.0.9/8", "tunnel-overlaps", "tunnel.networks[0]", "10.0.0.0/8"),
    ("47", "points[1].networks", ["10.9.0.0/24"], "not-supported-yet", None, "'networks'"),
    ("48", "points[1].addresses[0]", "10.0.0.1", "duplicate-address", None, "10.0.0.1 is also points[0].addresses[0]"),
    ("48b", POINT, "10.0.0.2", "duplicate-address", None, "tunnel.addresses[0]"),
    ("48c", "site.hosts[0].addresses[0]", "192.168.200.2", "duplicate-address", "host.addresses[0]", "also site.hosts[0].addresses[0]"),
    ("48d", "host.addresses[0]", "192.168.200.0", "network-address", None, "192.168.200.0/24 itself"),
    ("48e", "host.addresses[0]", "192.168.200.255", "broadcast-address", None, "broadcast address of 192.168.200.0/24"),
    ("49", "tunnel.networks[0]", "10.0.0.0/30", "tunnel-too-small", None, "room for 2, and 3"),
    ("50", "tunnel.networks[0]", "10.0.0.0/31", "tunnel-too-small", None, "10.0.0.0/31"),
    ("50b", "tunnel.networks[0]", "10.0.0.2/32", "tunnel-too-small", None, "10.0.0.2/32"),
    ("51", ROUTER, "192.168. 200.1", "bad-address", None, "space"),
    ("51b", ROUTER, "192.168.200.1\n", "bad-address", None, r"'192.168.200.1\n'"),
    ("51c", ROUTER, "１９２.168.200.1", "bad-address", None, "not ASCII"),
    ("51d", NETWORK, "192.168.200.0/24 ", "bad-prefix", None, "'192.168.200.0/24 '"),
    ("52", "points[1].addresses", ["10.0.0.3", "10.0.0.1"], "duplicate-address", "points[1].addresses[1]", "10.0.0.1"),
    ("53", NETWORK, "0.0.0.0/0", "too-wide", None, "'0.0.0.0/0'"),
    ("53b", TO, "internet", "not-supported-yet", None, "full tunnel"),
    ("53c", NETWORK, "::/0", "too-wide", None, "'::/0'"),
    ("53d", NETWORK, "128.0.0.0/1", "too-wide", None, "'128.0.0.0/1'"),
    ("54", "tunnel.port", 0, "bad-port", None, "0 is not a port"),
    ("54b", ENDPOINT, "vpn.b.home.arpa:0", "bad-port", None, "'0'"),
    ("55", f"{SERVICE}.port", 65536, "bad-port", None, "65536"),
    ("55b", ENDPOINT, "vpn.b.home.arpa:65536", "bad-port", None, "'65536'"),
    ("56", f"{SERVICE}.published_port", -1, "bad-port", None, "-1"),
    ("57", ENDPOINT, "vpn.b.home.arpa:22 ", "bad-port", None, "'22 '"),
    ("57b", ENDPOINT, "vpn.b.home.arpa:٢٢", "bad-port", None, "'٢٢'"),
    ("57c", "points[1].may_reach[0].ports[0]", "٨٠", "bad-port", None, "'٨٠'"),
    ("57d", "points[1].may_reach[0].ports[0]", "80-x", "bad-port", None, "'80-x'"),
    ("57e", "points[1].may_reach[0].ports[0]", "80-65536", "bad-port", None, "'80-65536'"),
    ("57f", "points[1].may_reach[0].ports[0]", "-80", "bad-port", None, "'-80'"),
    ("58", "points[1].may_reach[0].ports[0]", "8010-8000", "reversed-range", None, "'8010-8000'"),
    ("59", "tunnel.mtu", 575, "bad-mtu", None, "575"),
    ("59b", "tunnel.mtu", 65536, "bad-mtu", None, "65536"),
    ("60b", "points[0].keepalive", 65536, "unknown-field", None, "'keepalive'"),
    ("61", PUBLIC, KEY[:42] + "=", "bad-key", None, "43 characters"),
    ("61b", PUBLIC, "A" + KEY, "bad-key", None, "45 characters"),
    ("62", PUBLIC, KEY[:42] + "h=", "bad-key", None, "canonical"),
    ("63", PUBLIC, KEY[:43] + "A", "bad-key", None, "32 bytes"),
    ("64", PUBLIC, "-_" + KEY[2:], "bad-key", None, "URL-safe"),
    ("65", PUBLIC, KEY[:20] + "\n" + KEY[21:], "bad-key", None, r"\n"),
    ("65b", PUBLIC, KEY + "\n", "bad-key", None, "line end"),
    ("66", PUBLIC, "A" * 43 + "=", "bad-key", None, "all zeros"),
    ("73", ENDPOINT, "udp://vpn.b.home.arpa:51820", "endpoint-scheme", None, "udp://vpn.b.home.arpa:51820"),
    ("74", ENDPOINT, "vpn.b.home.arpa:51820/x", "endpoint-extra", None, "vpn.b.home.arpa:51820/x"),
    ("74b", ENDPOINT, "me@vpn.b.home.arpa:51820", "endpoint-extra", None, "me@vpn.b.home.arpa:51820"),
    ("75", "points[0].endpoint", "vpn.b.home.arpa", "endpoint-no-port", None, "'vpn.b.home.arpa'"),
    ("75b", "points[0].endpoint", "[fd00::1]", "endpoint-no-port", None, "'[fd00::1]'"),
    ("75c", ENDPOINT, "vpn.b.home.arpa:", "bad-port", None, "''"),
    ("76", ENDPOINT, "::1:51820", "endpoint-bracket", None, "::1:51820"),
    ("77", ENDPOINT, "[::1", "endpoint-bracket", None, "not closed"),
    ("78", ENDPOINT, "faß.de:51820", "bad-host-name", None, "'faß.de'"),
    ("79", ENDPOINT, f"{LONG}.de:51820", "bad-host-name", None, "longer than 63"),
    ("79b", ENDPOINT, ".".join(["a" * 60] * 5) + ":51820", "bad-host-name", None, "longer than 253"),
    ("79c", ENDPOINT, "vpn-.de:51820", "bad-host-name", None, "'vpn-.de'"),
    ("79d", ENDPOINT, "-oProxyCommand=id:51820", "bad-host-name", None, "-oProxyCommand"),
    ("79e", "host.ssh", "-oProxyCommand=id", "bad-ssh", None, "-oProxyCommand"),
    ("80", ENDPOINT, "vpn.example.123:51820", "bad-address", None, "vpn.example.123"),
    ("80b", ENDPOINT, "256.1.1.1:51820", "bad-address", None, "256.1.1.1"),
    ("82", INTERFACE, "a" * 16, "bad-interface", None, "longer than 15"),
    *(
        (f"82 {name!r}", INTERFACE, name, "bad-interface", None, repr(name))
        for name in ("", ".", "..", "w/g", "w g", "w*", 'w"', "w;", "w%d", "wg0\n", "-wg", "all", "default", "lo")
    ),
    ("82b", "host.interface", "eth0;id", "bad-interface", None, "'eth0;id'"),
    ("82c", "host.interface", "wg0", "bad-interface", INTERFACE, "also Host β's LAN interface"),
    ("83", INTERFACE, "wgβ", "bad-interface", None, "'wgβ'"),
    *((f"84 {name!r}", NAME, name, "bad-name", None, repr(name)) for name in ('a"b', "a'b", "a\nb", "\x1b[31ma", "a b", "", ".a", "-a")),
    ("84 long", NAME, LONG, "bad-name", None, "longer than 63"),
    ("84b", NAME, "host", "reserved-name", None, "'host'"),
    ("84c", NAME, "A2", "duplicate-name", "points[1].name", "points[0].name"),
    ("85b", "points[0].comment", 'x"y', "unknown-field", None, "'comment'"),
    ("86b", f"{SERVICE}.name", 'a"; drop', "bad-name", None, """'a"; drop'"""),
    ("86c", f"{SERVICE}.name", "192.168.50.10", "address-as-name", None, "192.168.50.10 is an address"),
    ("86d", f"{SERVICE}.name", "fd00::7", "address-as-name", None, "fd00::7 is an address"),
    ("86e", NAME, "192.168.50.10", "address-as-name", None, "'192.168.50.10' is an address"),
    ("86f", "site.hosts[0].name", "192.168.200.0/24", "address-as-name", None, "'192.168.200.0/24' is a network"),
    ("87", "site.dns", {"search": ["a\nPostUp = id"]}, "bad-host-name", "site.dns.search[0]", r"a\nPostUp"),
    ("87b", ENDPOINT, "a\npostup=id:1", "bad-host-name", None, r"a\npostup=id"),
    ("88", "host.ssh", "$(id)@h", "bad-ssh", None, "$(id)@h"),
    ("88b", "host.ssh", "a@`id`", "bad-ssh", None, "a@`id`"),
    ("88c", "host.ssh", "a@h;id", "bad-ssh", None, "a@h;id"),
    ("88d", "host.ssh", "admin@192.168.10.5192.168.10.5", "bad-ssh", None, "192.168.10.5192.168.10.5"),
    ("89", "host.ssh", "-a@h", "bad-ssh", None, "-a@h"),
    ("90b", "host.proxy_command", "nc", "unknown-field", None, "'proxy_command'"),
    ("97", TO, "nsa", "dangling-name", None, "'nsa'"),
    ("97b", TO, "router", "dangling-name", None, "'router'"),
    ("98", "site.router[1]", "192.168.200.254", "two-gateways", None, "192.168.200.254"),
    ("98b", "host.default_gateway", True, "two-gateways", ROUTER, "192.168.200.1"),
    ("99d", ROUTER, "192.168.7.1", "outside-site", None, "192.168.7.1"),
    ("99", TO, "192.168.7.7", "outside-site", None, "192.168.7.7"),
    ("99b", TO, "192.168.0.0/16", "outside-site", None, "192.168.0.0/16"),
    ("99c", "site.hosts[0].addresses[0]", "192.168.7.7", "outside-site", None, "192.168.7.7"),
    ("loop", ENDPOINT, "10.0.0.7:51822", "endpoint-loop", None, "10.0.0.7"),
    ("loop2", "points[0].endpoint", "10.0.0.7:51822", "endpoint-loop", None, "10.0.0.7"),
    ("100", "host", {}, "missing", "host.addresses", "Host β's address"),
]
WARNINGS = [
    ("43", "host.addresses[1]", "2002:c0a8::2/64", "transition-address", None, "6to4"),
    ("43b", "host.addresses[1]", "64:ff9b::102:304/96", "transition-address", None, "NAT64"),
    ("44", "tunnel.networks[1]", "2001:db8::/64", "documentation-address", None, "2001:db8::/64"),
    ("44b", "site.networks[1]", "8.8.8.0/24", "public-network", None, "8.8.8.0/24"),
    ("59c", "tunnel.mtu", 1421, "large-mtu", None, "1421"),
    ("81", ENDPOINT, "10.1.2.3:51820", "private-endpoint", None, "10.1.2.3 is a private address"),
    ("81a", ENDPOINT, "198.18.0.1:51820", "private-endpoint", None, "198.18.0.1 is an address for measurements (RFC 2544)"),
    ("81c", ENDPOINT, "100.64.0.1:51820", "private-endpoint", None, "100.64.0.1 is an address inside a provider's network"),
    ("81b", ENDPOINT, "[::1]:51820", "private-endpoint", None, "loopback"),
    ("81c", ENDPOINT, "VPN.Example.com:51820", "example-endpoint", None, "VPN.Example.com is a name that only examples have"),
    ("81d", ENDPOINT, "vpn.customer.test:51820", "example-endpoint", None, "vpn.customer.test"),
    ("81e", ENDPOINT, "example.org:51820", "example-endpoint", None, "example.org"),
    ("81f", ENDPOINT, "203.0.113.7:51820", "example-endpoint", None, "203.0.113.7 is an address that only examples have"),
    ("81h", ENDPOINT, "myserver:51820", "endpoint-no-dot", None, "myserver has no dot"),
    ("81g", "points[0].endpoint", "[2001:db8::7]:51820", "example-endpoint", None, "2001:db8::7"),
    ("loop3", ENDPOINT, "192.168.200.2:51822", "endpoint-loop", None, "192.168.200.2"),
    ("dns", "site.dns", {"servers": ["9.9.9.9"]}, "dns-outside", "site.dns.servers[0]", "9.9.9.9"),
    ("overlap", "points[0].home_networks", ["192.168.0.0/16"], "home-overlaps", "points[0].home_networks[0]", "192.168.200.0/24"),
]
ALL = [(*case, E) for case in VALUES] + [(*case, W) for case in WARNINGS]


@pytest.mark.parametrize(("path", "value", "code", "field", "said", "severity"), [case[1:] for case in ALL], ids=[case[0] for case in ALL])
def test_a_value_is_refused_or_warned_of(path, value, code, field, said, severity):
    site, problems = sitefile.read(with_value(path, value))
    found = [problem for problem in problems if (problem.code, problem.field) == (code, field or path)]
    assert found, problems
    assert said in found[0].message
    assert found[0].hint
    assert found[0].severity is severity
    assert (site is None) == (severity is E)


@pytest.mark.parametrize(
    ("pasted", "hint"),
    [
        ("ssh admin@192.168.10.5", "write it without the command: admin@192.168.10.5"),
        ("ssh admin@192.168.10.5 -p 2222", "write it without the command: admin@192.168.10.5:2222"),
        ("ssh -p22 beta", "write it without the command: beta:22"),
        ("ssh -o ProxyCommand=id beta", "write [user@]host[:port] with plain letters"),
        ("ssh admin@$(id)", "write [user@]host[:port] with plain letters"),
    ],
)
def test_a_pasted_ssh_command_is_told_as_a_login(pasted, hint):
    problem = next(problem for problem in sitefile.read(with_value("host.ssh", pasted))[1] if problem.code == "bad-ssh")
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("typed", "such"),
    [
        ("Müller Zuhause", "such as Mueller-Zuhause"),
        ("Anna's iPhone", "such as Annas-iPhone"),
        ("Büro/Straße 7", "such as Buero-Strasse-7"),
        ("日本", "at most 63"),
    ],
)
def test_a_refused_name_is_told_as_one_that_would_do(typed, such):
    problem = next(problem for problem in sitefile.read(with_value(NAME, typed))[1] if problem.code == "bad-name")
    assert problem.hint.endswith(such)


@pytest.mark.parametrize(("typed", "hint"), [("198.18.7.9 51820", "write 198.18.7.9:51820"), ("vpn.a.net 7", "write vpn.a.net:7")])
def test_an_endpoint_without_its_colon_is_told_with_it(typed, hint):
    problem = next(problem for problem in sitefile.read(with_value(ENDPOINT, typed))[1] if problem.field == ENDPOINT)
    assert problem.hint == hint


@pytest.mark.parametrize(
    ("place", "name", "said", "hint"),
    [
        (
            "host.name",
            "nas",
            "also that of a computer at the site (site.hosts[0].name)",
            "leave it out of the computers at the site",
        ),
        ("points[0].name", "nas", "also that of a computer at the site (site.hosts[0].name)", "a device outside is a point"),
        ("points[0].name", "beta", "also Host β's (host.name)", "choose another"),
    ],
)
def test_a_name_that_two_have_is_told_with_who_they_are(place, name, said, hint):
    problem = next(problem for problem in sitefile.read(with_value(place, name))[1] if problem.code == "duplicate-name")
    assert said in problem.message
    assert hint in problem.hint


def test_names_that_are_keywords_elsewhere_are_names():
    """84: names of people never become names of sets or chains, so nftables' keywords are names like others."""
    for name in ("accept", "drop", "fwd", "table", "Interface", "PostUp"):
        site, problems = sitefile.read(with_value(NAME, name))
        assert problems == ()
        assert site.points[0].name == name


def test_one_mtu_rule_for_each_family():
    """59: IPv6 needs 1280, IPv4 alone may have less."""
    assert sitefile.read(with_value("tunnel.mtu", 1279))[1] == ()
    document = with_value("tunnel.mtu", 1279)
    document["tunnel"]["networks"].append("fd00:10::/64")
    assert [(problem.code, problem.field) for problem in sitefile.read(document)[1]] == [("bad-mtu", "tunnel.mtu")]


def test_one_key_on_two_points():
    """69."""
    document = with_value(PUBLIC, KEY)
    document["points"][1]["public_key"] = KEY
    assert [(problem.code, problem.field) for problem in sitefile.read(document)[1]] == [("duplicate-key-pair", "points[1].public_key")]


def test_all_problems_are_said_at_once():
    document = with_value("tunnel.port", 0)
    document["points"][0]["name"] = "a b"
    document["points"][1]["may_reach"][0]["to"] = "nsa"
    document["site"]["router"] = ["192.168.200.1", "1.2.3"]
    del document["name"]
    fields = {problem.field for problem in sitefile.read(document)[1]}
    assert fields == {"tunnel.port", "points[0].name", "points[1].may_reach[0].to", "site.router[1]", "name"}
