"""Plan -> Bundle: every file and card as text, one module a syntax."""

from wgwizard.keys import Keyring
from wgwizard.plan_model import Plan
from wgwizard.render.artefact import Artefact, Bundle
from wgwizard.render.nftables import ruleset
from wgwizard.render.sysctl import sysctl_file
from wgwizard.render.units import units
from wgwizard.render.wireguard import host_conf, point_confs

__all__ = ["Artefact", "Bundle", "render"]


def render(plan: Plan, keyring: Keyring) -> Bundle:
    """Every file of every node, β's first in the order in which they are put in place: rules, their unit, settings, tunnel."""
    return Bundle((ruleset(plan), *units(plan), sysctl_file(plan), host_conf(plan, keyring), *point_confs(plan, keyring)))
