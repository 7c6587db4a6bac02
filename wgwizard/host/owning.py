"""Which program makes the tunnel on a host: the one that its networks are run by; pure."""

from wgwizard.host.facts import Facts
from wgwizard.host.layout import Layout, Owner

# ActivationPolicy= came with it: before, an interface could not be made without being switched on (systemd.network(5)).
_NETWORKD_SINCE = 248
# As tested. (WireGuard came with 1.16, profiles in /run with 1.20.)
_NETWORK_MANAGER_SINCE = (1, 42)
UNMANAGED = "-"  # an interface that NetworkManager leaves alone


def owner_of(facts: Facts, interface: str) -> Owner:
    """A tunnel of ours keeps its owner; a new one gets that of the host's other interfaces, where they have one and it can make it.

    systemd-networkd and NetworkManager can where the kernel has WireGuard; wg-quick starts the userspace one, too. NetworkManager must
    leave none of them alone: a bridge or tunnel that somebody else made is one that it merely shows. Beside firewalld the whole way was
    not tested with it.
    """
    if facts.ours:
        return next((owner for owner in Owner if Layout(interface, owner).tunnel in facts.applied), Owner.WG_QUICK)
    keepers = {facts.keepers[name] for name in facts.interfaces if name in facts.keepers}
    if not facts.system.kernel_wireguard:
        return Owner.WG_QUICK
    new_enough = facts.system.networkd_version >= _NETWORKD_SINCE and facts.system.networkd_group
    if keepers - {UNMANAGED} == {Owner.NETWORKD} and new_enough:
        return Owner.NETWORKD
    tested = facts.system.network_manager >= _NETWORK_MANAGER_SINCE and "firewall-cmd" not in facts.system.tools
    if keepers == {Owner.NETWORK_MANAGER} and tested:
        return Owner.NETWORK_MANAGER
    return Owner.WG_QUICK
