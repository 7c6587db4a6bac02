"""What was given out once and must stay: tunnel networks, addresses and public keys (the file NAME.lock beside a site)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    from wgwizard.site import Address, Network


class Lock(Struct, frozen=True):
    """The memory of a site: nothing in it is secret.

    `addresses` and `public_keys` are by node ("host" is β, else a point's name). Deleted points stay in `addresses`, so that
    nobody is renumbered and no address gets a second owner. `preshared` names the points for which a preshared key was made.
    """

    networks: "tuple[Network, ...]" = ()
    addresses: "Mapping[str, tuple[Address, ...]]" = field(default_factory=dict)
    public_keys: Mapping[str, str] = field(default_factory=dict)
    preshared: frozenset[str] = frozenset()


def with_others(ours: Lock, theirs: Lock) -> Lock:
    """Our lock with what was given out in theirs to nodes that we do not know; an address that we gave out keeps its owner."""
    taken = {address for given in ours.addresses.values() for address in given}
    addresses = {node: given for node, given in theirs.addresses.items() if node not in ours.addresses and not taken & set(given)}
    return replace(
        ours,
        networks=(*ours.networks, *(network for network in theirs.networks if network not in ours.networks)),
        addresses={**ours.addresses, **addresses},
        public_keys={**theirs.public_keys, **ours.public_keys},
        preshared=ours.preshared | theirs.preshared,
    )
