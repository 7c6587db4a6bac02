"""The plan as it is rehearsed: with keys that are made for the replica alone, so that no true key is ever needed; pure but for chance."""

from msgspec.structs import replace

from wgwizard.keys import Keyring, generate_preshared, generate_private, public_of
from wgwizard.plan import HOST, InterfacePlan, Plan
from wgwizard.rehearsal.nodes import LAN_INTERFACE


def stand_in(plan: Plan) -> tuple[Plan, Keyring]:
    """The same plan with new keys on every node, and β's LAN interface named where nobody has looked yet; the keys beside it.

    Every artefact rendered from the two is complete.
    """
    nodes = [HOST, *(point.node for point in plan.points)]
    private = {node: generate_private() for node in nodes}
    public = {node: public_of(key) for node, key in private.items()}
    keyring = Keyring(public, private, {node: generate_preshared() for node in nodes if node != HOST})
    interfaces = plan.forwarding.interfaces or plan.site.host.interfaces or (LAN_INTERFACE,)
    rehearsed = replace(
        plan,
        site=replace(plan.site, host=replace(plan.site.host, interfaces=interfaces)),
        host=_keyed(plan.host, public),
        points=tuple(_keyed(point, public) for point in plan.points),
        forwarding=replace(plan.forwarding, interfaces=interfaces),
    )
    return rehearsed, keyring


def _keyed(interface: InterfacePlan, public: dict[str, str]) -> InterfacePlan:
    peers = tuple(replace(peer, public_key=public[peer.node]) for peer in interface.peers)
    return replace(interface, peers=peers, private_key_here=True)
