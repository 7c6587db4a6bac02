"""Plan + Keyring -> wg-quick files of β and of each point (wg(8), wg-quick(8))."""

from wgwizard.keys import Keyring
from wgwizard.plan.model import HOST, InterfacePlan, PeerPlan, Plan, lies_in
from wgwizard.render.artefact import Artefact
from wgwizard.render.text import header, interface_text, network_text, plain, signature
from wgwizard.secret import HIDDEN, Secret

MODE = "0600"
# Stands for a key that is not known here; a β that has it already puts its own in this line's place (docs/apply.md).
KEPT = "(kept in the site's secrets file)"


def made_on_host_line(plan: Plan) -> str:
    """The line in β's file that stands for the private key which is made on β and never leaves it."""
    return f"# PrivateKey = (made on {plain(plan.site.host.name)})"


def conf_path(interface: str) -> str:
    """Where wg-quick looks for an interface's file."""
    return f"/etc/wireguard/{interface}.conf"


def host_conf(plan: Plan, keyring: Keyring) -> Artefact:
    """β's file: every point is a peer."""
    conf = _Conf(plan, keyring)
    conf.lines += header(plan, f"Host β ({plain(plan.site.host.name)})")
    conf.interface(plan.host, made_on_host_line(plan))
    # The tunnel's own network is already routed to the interface by its address, so wg-quick need not add a route a peer:
    # that costs two processes for each of them. A point outside that network would be unreachable, so then it must.
    networks = plan.site.tunnel.networks
    if all(lies_in(address, networks) for point in plan.site.points for address in point.addresses):
        conf.lines.append("Table = off")
    for index, peer in enumerate(plan.host.peers):
        conf.peer(peer, preshared_of=peer.node, field=f"points[{index}]")
    return conf.artefact(HOST, plan.host.interface)


def point_confs(plan: Plan, keyring: Keyring) -> list[Artefact]:
    """Each point's file: β is its only peer."""
    sections: _Sections = {}
    first = signature(plan)
    return [_point_conf(plan, keyring, sections, first, index, interface) for index, interface in enumerate(plan.points)]


def _point_conf(plan: Plan, keyring: Keyring, sections: "_Sections", first: str, index: int, interface: InterfacePlan) -> Artefact:
    conf = _Conf(plan, keyring, sections)
    conf.lines += [first, f"# point {plain(interface.node)}"]
    conf.interface(interface, f"# PrivateKey = (kept on {plain(interface.node)})", field=f"points[{index}]")
    for peer in interface.peers:
        conf.peer(peer, preshared_of=interface.node, field="host", preshared_field=f"points[{index}]")
    if plan.site.host.endpoint is None and plan.site.points[index].endpoint is None:
        conf.missing.append("host.endpoint")
    return conf.artefact(interface.node, interface.interface)


# The lines of a [Peer] section before and after its preshared key, by the identity of a peer that several files share (plan.peers).
_Sections = dict[int, tuple[list[str], list[str]]]


class _Conf:
    """A file that grows line by line: the lines as shown, and where in them secrets belong."""

    def __init__(self, plan: Plan, keyring: Keyring, sections: _Sections | None = None) -> None:
        self.plan = plan
        self.keyring = keyring
        self.sections = {} if sections is None else sections
        self.lines: list[str] = []
        self.missing: list[str] = []
        self._secrets: list[tuple[int, str, Secret]] = []

    def interface(self, interface: InterfacePlan, kept: str, field: str = HOST) -> None:
        """The [Interface] section; `kept` stands in place of a private key that is not known here and never will be."""
        self.lines += ["", "[Interface]", f"Address = {', '.join(map(interface_text, interface.addresses))}"]
        if interface.listen_port is not None:
            self.lines.append(f"ListenPort = {interface.listen_port}")
        if interface.private_key_here:
            self._secret("PrivateKey", self.keyring.private.get(interface.node), f"{field}.private_key")
        else:
            self.lines.append(kept)
            # A point's owner puts the key in by hand, so the file is all that can be given; β's is finished on β by a program.
            if interface.node == HOST:
                self.missing.append(f"{field}.private_key")
        if interface.mtu is not None:
            self.lines.append(f"MTU = {interface.mtu}")
        if interface.dns is not None:
            self.lines.append(f"DNS = {', '.join([*map(str, interface.dns.servers), *interface.dns.search])}")

    def peer(self, peer: PeerPlan, preshared_of: str, field: str, preshared_field: str | None = None) -> None:
        """A [Peer] section."""
        section = self.sections.get(id(peer))
        if section is None:
            section = self.sections[id(peer)] = self._section(peer)
        self.lines += section[0]
        if peer.public_key is None:
            self.missing.append(f"{field}.public_key")
        if peer.preshared:
            self._secret("PresharedKey", self.keyring.preshared.get(preshared_of), f"{preshared_field or field}.preshared_key")
        self.lines += section[1]

    def _section(self, peer: PeerPlan) -> tuple[list[str], list[str]]:
        """The lines of a [Peer] section before and after its preshared key."""
        name = plain(peer.node if peer.node != HOST else self.plan.site.host.name)
        key = "# PublicKey = (not known yet)" if peer.public_key is None else f"PublicKey = {peer.public_key}"
        after = [f"AllowedIPs = {', '.join(map(network_text, peer.allowed_ips))}"]
        if peer.endpoint is not None:
            after.append(f"Endpoint = {peer.endpoint}")
        if peer.keepalive is not None:
            after.append(f"PersistentKeepalive = {peer.keepalive}")
        return ["", "[Peer]", f"# {name}", key], after

    def _secret(self, word: str, secret: Secret | None, field: str) -> None:
        if secret is None:
            self.lines.append(f"# {word} = {KEPT}")
            self.missing.append(field)
            return
        self._secrets.append((len(self.lines), word, secret))
        self.lines.append(f"{word} = {HIDDEN}")

    def artefact(self, node: str, interface: str) -> Artefact:
        """The finished file; its true content is kept apart from what is shown."""
        shown = "\n".join(self.lines) + "\n"
        if shown.count("\n") != len(self.lines):
            raise ValueError(f"a value for {conf_path(interface)} of {node!r} holds a line break, which would add instructions")
        whole = None
        if self._secrets:
            for place, word, secret in self._secrets:
                self.lines[place] = f"{word} = {secret.reveal()}"
            whole = Secret("\n".join(self.lines) + "\n")
        return Artefact(node, conf_path(interface), MODE, shown, whole, tuple(self.missing))
