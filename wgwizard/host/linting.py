"""What we are about to put on the host, held against the rule that excludes most lock-outs; pure, and with no way round it.

The rule (docs/lockouts.md): our table drops nothing but what comes out of our tunnel or goes into it. It has no chain on any other
hook, no policy but accept, and one exception: forwards between others' interfaces where forwarding was off before (docs/strategies.md).
Everything that is not known to be harmless is a finding.
"""

import re
from collections.abc import Iterator

from wgwizard.host.changes import Wanted
from wgwizard.host.conf import WantedTunnel
from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout
from wgwizard.host.nft_reading import Hook, ReadChain, ReadRules, ReadTable, read_rules
from wgwizard.problems import Problem, error

ESTABLISHED = "ct state established,related accept"
# The shorter form is what earlier versions of this program wrote; a step back may bring it back. So with `addr . port` below.
REJECTS = ("counter reject with icmpx type admin-prohibited", "counter reject with icmpx admin-prohibited")
_HOOKS = (("filter", "forward"), ("filter", "input"), ("nat", "prerouting"), ("nat", "postrouting"))
_HARMLESS = (ESTABLISHED, "ct status dnat accept")
_SET = r"(?:@?[\w.:/-]+|\{[^{}]*\})"
# Of [Interface], those that wg-quick may meet in a file of ours: nothing that runs commands, changes the resolver or rewrites files.
_CONF_KEYS = ("address", "listenport", "privatekey", "mtu", "table=off")
# Of a keyfile's [wireguard] besides: NetworkManager makes no route of AllowedIPs.
_KEYFILE_LINES = ("peerroutes=false", "ip4autodefaultroute=0", "ip6autodefaultroute=0")
_SYSCTL = re.compile(r"net/ipv4/conf/(?!all/|default/)[^/]+/forwarding=1|net/ipv6/conf/(?!all/|default/)[^/]+/accept_ra=2")
_IPV6_FORWARDING = "net/ipv6/conf/all/forwarding"


def lint(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[Problem, ...]:
    """Every reason why these files could lock somebody out."""
    file = wanted.file(layout.rules)
    forwarded = frozenset(version for version, on in ((4, facts.ipv4_forwarding), (6, facts.ipv6_forwarding)) if on)
    found = [*lint_rules(file.shown if file is not None else "", layout.table, layout.interface, forwarded)]
    found += [*lint_conf(wanted.tunnel), *lint_sysctls(facts, wanted.sysctls)]
    return tuple(
        error(
            "could-lock-out",
            "host",
            f"These files could lock you out of the host: {text}.",
            "Nothing was sent. Unless somebody edited them, report it as a fault of ours.",
        )
        for text in found
    )


def lint_rules(text: str, table: str, interface: str, forwarded: frozenset[int] = frozenset()) -> tuple[str, ...]:
    """What in this ruleset is not known to be harmless, as words for people; `forwarded` are the families that β forwarded without us."""
    if not text:
        return ()
    return tuple(_Lint(read_rules(text), table, interface, forwarded).findings())


class _Lint:
    """One ruleset under the lint."""

    def __init__(self, rules: ReadRules, table: str, interface: str, forwarded: frozenset[int]) -> None:
        self._rules = rules
        self._name = table
        self._wg = re.escape(f'"{interface}"')
        self._forwarded = forwarded

    def findings(self) -> Iterator[str]:
        """All of them, in the order of the text."""
        for line in self._rules.others:
            if line not in (f"table inet {self._name}", f"delete table inet {self._name}"):
                yield f"“{line}” stands outside of our table"  # lock-out 18: flush ruleset would be one
        for table in self._rules.tables:
            if (table.family, table.name) != ("inet", self._name):
                yield f"table {table.family} {table.name} is not ours"
                continue
            yield from (f"“{line}” is not known" for line in table.others)
            for chain in table.chains.values():
                yield from self._base(table, chain, chain.hook) if chain.hook is not None else self._called(chain)

    def _base(self, table: ReadTable, chain: ReadChain, hook: Hook) -> Iterator[str]:
        """Lock-outs 1, 2 and 5: a base chain sees everything that passes its hook, so it may only send on what is the tunnel's."""
        if (hook.kind, hook.hook) not in _HOOKS:
            yield f"chain {chain.name} hangs on {hook.hook} ({hook.kind})"
        if hook.policy != "accept":
            yield f"chain {chain.name} has the policy {hook.policy}"
        for place, words in enumerate(chain.rules):
            rule = " ".join(words)
            if hook.kind == "nat":
                yield from self._rewriting(hook.hook, rule)
            elif not self._ties(table, hook.hook, rule) and not self._exception(chain, hook, place, rule):
                yield f"in chain {chain.name} “{rule}” is not tied to the tunnel"

    def _ties(self, table: ReadTable, hook: str, rule: str) -> bool:
        """Whether a rule concerns only what comes out of the tunnel or, where forwarded, goes into it; or accepts and nothing else."""
        ends = "iifname" if hook == "input" else "(?:iifname|oifname)"
        jump = re.fullmatch(rf"{ends} {self._wg} jump (\w+)", rule)
        if jump is not None:
            called = table.chains.get(jump[1])
            return called is not None and called.hook is None
        clamp = rf"(?:iifname|oifname) {self._wg} tcp flags syn tcp option maxseg size set rt mtu"
        return hook == "forward" and (rule in _HARMLESS or re.fullmatch(clamp, rule) is not None)

    def _exception(self, chain: ReadChain, hook: Hook, place: int, rule: str) -> bool:
        """The one that is allowed: others' forwards stay closed where they were, but for open connections."""
        if hook.hook != "forward" or not any(" ".join(words) == ESTABLISHED for words in chain.rules[:place]):
            return False
        four = rf'meta nfproto ipv4 iifname (?:"[^"]+"|\{{[^{{}}]*\}}) oifname != {self._wg} oifgroup != \d+ counter drop'
        six = rf"meta nfproto ipv6 iifname != {self._wg} oifname != {self._wg} iifgroup != \d+ oifgroup != \d+ counter drop"
        closes = {version for version, form in ((4, four), (6, six)) if re.fullmatch(form, rule)}
        return bool(closes) and not closes & self._forwarded

    def _rewriting(self, hook: str, rule: str) -> Iterator[str]:
        """Lock-out 16: addresses are rewritten only between the site and the tunnel."""
        scope = rf"ip6? saddr {_SET} ip6? daddr {_SET}"
        if hook == "postrouting":
            out = rf"(?:oifname != {self._wg} {scope}|oifname {self._wg} ct status dnat {scope}) masquerade"
            if re.fullmatch(out, rule) is None:
                yield f"“{rule}” rewrites more than the tunnel's packets"
            return
        if re.fullmatch(rf"iifname != {self._wg} {scope} dnat ip6? (?:addr \. port )?to (?:tcp|udp) dport map @\w+", rule) is None:
            yield f"“{rule}” rewrites more than the tunnel's packets"

    def _called(self, chain: ReadChain) -> Iterator[str]:
        """Lock-out 3: a chain that refuses lets open connections pass first. It goes nowhere else."""
        rules = [" ".join(words) for words in chain.rules]
        if rules and rules[0] != ESTABLISHED:
            yield f"chain {chain.name} does not begin with open connections"
        for words, rule in zip(chain.rules, rules, strict=True):
            plain = words[-1:] == ("accept",) and not {"jump", "goto", "drop", "reject", "queue"} & set(words)
            if not plain and rule not in REJECTS:
                yield f"in chain {chain.name} “{rule}” does more than accept"


def forwarded_ports(text: str) -> dict[int, str]:
    """The TCP ports of the host that lead elsewhere by this ruleset, each with where to."""
    found: dict[int, str] = {}
    for table in read_rules(text).tables:
        for rule in (" ".join(words) for chain in table.chains.values() for words in chain.rules):
            led = re.search(r" dnat .*\btcp dport map @(\w+)", rule)
            for element in table.sets.get(led[1], ()) if led is not None else ():
                port, _, place = element.partition(" : ")
                if port.strip().isdecimal():
                    found[int(port)] = place.replace(" . ", " port ").strip()
    return found


def lint_conf(tunnel: WantedTunnel) -> Iterator[str]:
    """Lock-outs 23, 25 and 26: no DNS, no commands, no file that rewrites itself, no routing table or mark of its own."""
    for line in tunnel.interface_lines:
        if line not in (*_CONF_KEYS, *_KEYFILE_LINES) and line.partition("=")[0] not in _CONF_KEYS:
            yield f"the tunnel's file has {line.partition('=')[0]}"


def lint_sysctls(facts: Facts, sysctls: dict[str, str]) -> Iterator[str]:
    """Lock-outs 13 and 14: never ip_forward, which changes more than it says; no IPv6 forwarding before a learned route is kept."""
    kept: set[str] = {key.split("/")[3] for key, value in facts.sysctls.items() if key.endswith("/accept_ra") and value == "2"}
    for key, value in sysctls.items():
        if key.endswith("/accept_ra") and value == "2":
            kept.add(key.split("/")[3])
        if key == _IPV6_FORWARDING and value == "1":
            if facts.sysctls.get(key) != "1":
                yield from (f"{name} would lose its default route" for name in facts.ra_default_interfaces if name not in kept)
        elif _SYSCTL.fullmatch(f"{key}={value}") is None:
            yield f"{key} is switched to {value}"


def strange_settings(text: str) -> tuple[str, ...]:
    """The [Interface] settings of a wg-quick file that our own files never have, such as PostUp, by name."""
    found: list[str] = []
    inside = False
    for line in text.splitlines():
        bare = line.partition("#")[0].strip()
        if bare.startswith("["):
            inside = bare.lower() == "[interface]"
        key, _, value = (part.strip() for part in bare.partition("="))
        known = key.lower() in _CONF_KEYS or f"{key}={value}".lower() in (*_CONF_KEYS, "saveconfig=false", "table=auto")
        if inside and "=" in bare and not known:
            found.append(key)
    return tuple(dict.fromkeys(found))
