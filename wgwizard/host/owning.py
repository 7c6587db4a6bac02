"""Which program makes the tunnel on a host: the one that its networks are run by; pure."""

from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout, Owner

# ActivationPolicy= came with it: before, an interface could not be made without being switched on (systemd.network(5)).
_NETWORKD_SINCE = 248


def owner_of(facts: Facts, interface: str) -> Owner:
    """A tunnel of ours keeps its owner; a new one gets that of the host's other interfaces, where they have one and it can make it.

    systemd-networkd can where the kernel has WireGuard; wg-quick starts the userspace one, too.
    """
    if facts.ours:
        return next((owner for owner in Owner if Layout(interface, owner).tunnel in facts.applied), Owner.WG_QUICK)
    keepers = {facts.keepers[name] for name in facts.interfaces if name in facts.keepers}
    new_enough = facts.system.networkd_version >= _NETWORKD_SINCE and facts.system.networkd_group
    if keepers == {Owner.NETWORKD} and new_enough and facts.system.kernel_wireguard:
        return Owner.NETWORKD
    return Owner.WG_QUICK
