"""The words of each kind of router that `site.router_kind` may name, beside Linux: docs/routers.md says where they were read."""

from wgwizard.render.routers.cisco import CISCO
from wgwizard.render.routers.edgeos import EDGEOS
from wgwizard.render.routers.fritzbox import FRITZBOX
from wgwizard.render.routers.openwrt import OPENWRT
from wgwizard.render.routers.routeros import ROUTEROS
from wgwizard.render.routers.sense import OPNSENSE, PFSENSE
from wgwizard.render.routers.unifi import UNIFI
from wgwizard.render.routers.vyos import VYOS
from wgwizard.render.routers.words import Router

ROUTERS: dict[str, Router] = {
    "openwrt": OPENWRT,
    "opnsense": OPNSENSE,
    "pfsense": PFSENSE,
    "routeros": ROUTEROS,
    "vyos": VYOS,
    "edgeos": EDGEOS,
    "unifi": UNIFI,
    "fritzbox": FRITZBOX,
    "cisco": CISCO,
}
