"""Plan -> Bundle: every file and card as text, one module a syntax."""

from wgwizard.keys import Keyring
from wgwizard.plan.model import Plan
from wgwizard.render.artefact import Artefact, Bundle
from wgwizard.render.cards import cards
from wgwizard.render.install import covered_by_script, install_script, with_install_script
from wgwizard.render.nftables import ruleset
from wgwizard.render.sysctl import sysctl_file
from wgwizard.render.text import refuse_unsafe_interfaces
from wgwizard.render.units import units
from wgwizard.render.wireguard import host_conf, point_confs

__all__ = ["Artefact", "Bundle", "covered_by_script", "install_script", "render", "with_install_script"]


def render(plan: Plan, keyring: Keyring) -> Bundle:
    """Every file of every node, then the cards for the router's administrator.

    β's files come first, in the order in which they are put in place: the rules, their units, the settings, the tunnel.
    """
    refuse_unsafe_interfaces(plan)
    on_host = (ruleset(plan), *units(plan), sysctl_file(plan), host_conf(plan, keyring))
    return Bundle((*on_host, *point_confs(plan, keyring), *cards(plan)))
