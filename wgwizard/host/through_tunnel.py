"""Who is logged in through the tunnel that is about to change, and what would end that session (lock-outs 11 and 12); pure.

A running tunnel is changed in place (tunnel.sh), so that peers and rights may come and go. What would end the session, be it minutes
later when its keys are renewed and the undo is long past, is refused.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network

from wgwizard.host.changes import Wanted
from wgwizard.host.conf import parse_conf
from wgwizard.host.facts import Facts, HostFile
from wgwizard.host.kept import digests_by_peer, kept_keys
from wgwizard.host.layout import Layout
from wgwizard.host.nft_reading import read_rules
from wgwizard.host.nft_verdicts import NftPacket, stops
from wgwizard.host.simulating import today
from wgwizard.problems import Problem, error, warning
from wgwizard.site import Address

_WORDS = {"privatekey": "key", "address": "Address", "listenport": "ListenPort", "mtu": "MTU", "table": "Table"}
_OTHERWISE = "Log in by the host's own address in its network instead, or from there."


def is_inside(facts: Facts, layout: Layout) -> bool:
    """Whether this very session comes through the tunnel."""
    return facts.ssh is not None and _comes_through(facts, layout, facts.ssh.client, facts.ssh.server)


def _comes_through(facts: Facts, layout: Layout, client: Address, server: Address) -> bool:
    if facts.tunnel is None:
        return False
    hop = today(facts.ways).hop(client, server)
    return any(item.ip == server for item in facts.tunnel.addresses) or (hop is not None and hop.device == layout.interface)


def inside_refusals(facts: Facts, wanted: Wanted, layout: Layout) -> tuple[Problem, ...]:
    """Why the session that makes this change would not survive it; empty where it comes another way."""
    if not is_inside(facts, layout) or facts.ssh is None:
        return ()
    return tuple(
        error("ssh-through-tunnel", "host.ssh", f"You are logged in through {layout.interface}, and {text}.", _OTHERWISE)
        for text in (
            *_interface_changes(facts, wanted, layout),
            *_ends(facts, wanted, layout, facts.ssh.client, facts.ssh.server, facts.ssh.port),
        )
    )


def others_inside(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[Problem]:
    """Others who are logged in through the tunnel and would not be any more: said, for a point may be removed to that very end."""
    for client, server in facts.ways.ssh_peers:
        if (facts.ssh is not None and client == facts.ssh.client) or not _comes_through(facts, layout, client, server):
            continue
        ports = sorted(facts.ways.ssh_ports) or [22]
        if all(any(True for _ in _ends(facts, wanted, layout, client, server, port)) for port in ports):
            yield warning(
                "others-cut-off",
                "points",
                f"{client} is logged in on the host by SSH through {layout.interface}, and will not be able to do so any more.",
                "That is as it should be where its point or its right was taken away.",
            )


def uninstall_refusals(facts: Facts, layout: Layout) -> tuple[Problem, ...]:
    """Why the tunnel cannot be taken off the host from here."""
    if not is_inside(facts, layout):
        return ()
    text = f"You are logged in through {layout.interface}, and this takes it away: the session would end."
    return (error("ssh-through-tunnel", "host.ssh", text, _OTHERWISE),)


def _interface_changes(facts: Facts, wanted: Wanted, layout: Layout) -> Iterator[str]:
    """The settings of the interface itself: those of the file, its key by its public half, and those that run."""
    file, live = wanted.file(layout.tunnel), facts.tunnel
    there = facts.files.get(layout.tunnel, HostFile(layout.tunnel))
    if file is None or live is None:
        return
    after = set(parse_conf(file.shown).interface_lines)
    before = set(parse_conf(there.text).interface_lines) if there.kind == "file" else after
    keys = {line.partition("=")[0] for line in before ^ after}
    if f"privatekey=(hidden, of public key {live.public_key})" not in after:
        keys.add("privatekey")
    if wanted.tunnel.listen_port not in (None, live.listen_port):
        keys.add("listenport")
    if wanted.tunnel.mtu not in (None, live.mtu):
        keys.add("mtu")
    if set(wanted.tunnel.addresses) != set(live.addresses):
        keys.add("address")
    for key in sorted(keys):
        yield f"its {_WORDS.get(key, key)} changes: the session would end, and with it the way back"


def _ends(facts: Facts, wanted: Wanted, layout: Layout, client: Address, server: Address, port: int) -> Iterator[str]:
    """What ends a session of `client`: its point goes, or is no longer its point, gets another key, or loses the right to SSH."""
    live = {peer.public_key: peer.allowed_ips for peer in facts.tunnel.peers} if facts.tunnel is not None else {}
    own, new = _peer_of(client, live), _peer_of(client, wanted.tunnel.peers)
    if own is None:
        yield f"no point's AllowedIPs hold {client}, from where you come"
        return
    if own not in wanted.tunnel.peers:
        yield f"the point from which you come ({client}) would be removed"
        return
    if new != own:
        yield f"the point from which you come would lose its address {client}"
        return
    if _preshared(facts, wanted, layout, own):
        yield f"the preshared key of the point from which you come ({client}) changes: the session would end when its keys are renewed"
    file = wanted.file(layout.rules)
    packet = NftPacket(client.version, layout.interface, None, "tcp", port, client, server)
    if file is not None and stops(read_rules(file.shown), "input", packet):
        yield f"the new rules would not let {client} open port {port} of the host ({server}) any more"


def _peer_of(address: Address, peers: Mapping[str, frozenset[str]]) -> str | None:
    """The public key of the peer to which WireGuard sends what is for `address`: the longest prefix."""
    holding = [(network.prefixlen, key) for key, texts in peers.items() for network in map(ip_network, texts) if address in network]
    return max(holding)[1] if holding else None


def _preshared(facts: Facts, wanted: Wanted, layout: Layout, peer: str) -> bool:
    """Whether a peer's preshared key changes, or is not known to stay."""
    file = wanted.file(layout.tunnel)
    if file is None:
        return False
    there = facts.files.get(layout.tunnel, HostFile(layout.tunnel))
    if there.preshared_digest == file.preshared_digest and peer in wanted.tunnel.peers and there.text == file.shown:
        return False
    before, after = kept_keys(facts, layout).preshared, digests_by_peer(file.shown, file.preshared_digest)
    return before.get(peer) != after.get(peer) or before.get(peer) == ""
