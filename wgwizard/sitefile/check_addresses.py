"""Whether the site's networks, its router, its computers and Host β fit together."""

from itertools import islice

from wgwizard.problems import Problem, error, warning
from wgwizard.site import Address, InterfaceAddress, Site, of_family
from wgwizard.sitefile.addresses import refuse_edge
from wgwizard.sitefile.draft import Draft
from wgwizard.sitefile.netindex import NetworkIndex


def check_addresses(site: Site, draft: Draft, networks: NetworkIndex) -> None:
    """Overlaps between the site's networks, and addresses that are outside, twice, or a network's own."""
    _check_networks(draft, networks)
    _check_hosts(draft, networks)
    _check_router(site, draft, networks)
    _check_families(site, draft)
    _check_own_link(draft, networks)
    for field, server in draft.dns_servers:
        if networks.around(server) is None and list(networks):
            hint = "points cannot ask it through the tunnel unless its network is in site.networks"
            draft.problems.append(warning("dns-outside", field, f"{server} is in none of site.networks", hint))


def _check_networks(draft: Draft, networks: NetworkIndex) -> None:
    for field, inner, outer_field, outer in networks.nested:
        message = f"{inner} is given twice ({outer_field})" if inner == outer else f"{inner} lies inside {outer} ({outer_field})"
        hint = "keep one of them; rights (may_reach) can name a smaller part of a network"
        draft.problems.append(error("networks-overlap", field, message, hint))


def _check_hosts(draft: Draft, networks: NetworkIndex) -> None:
    """Named computers lie in the site's networks, and no two have one address; neither has β."""
    own = {interface.ip: field for field, interface in draft.host_addresses}
    for field, interface in draft.host_addresses:
        if own[interface.ip] != field:
            draft.problems.append(error("duplicate-address", field, f"{interface.ip} is given twice", "remove one"))
    seen: dict[Address, str] = {}
    for field, address in draft.site_hosts:
        if address in own:  # said where it is asked later, at Host β
            hint = "give each computer its own address (Host β is reached as `host`)"
            draft.problems.append(error("duplicate-address", own[address], f"{address} is also {field}", hint))
        elif address in seen:
            message = f"{address} is also {seen[address]}"
            draft.problems.append(error("duplicate-address", field, message, "give each computer its own address"))
        seen[address] = field
        around = networks.around(address)
        if around is not None:
            refuse_edge(address, around[1], field, draft.problems)
        elif draft.site_networks:
            hint = "add its network to site.networks, or correct the address"
            draft.problems.append(error("outside-site", field, f"{address} is in none of site.networks", hint))


def _check_router(site: Site, draft: Draft, networks: NetworkIndex) -> None:
    """The site has one default gateway a family: the router, or β itself."""
    own = {interface.ip: field for field, interface in draft.host_addresses}
    families = set()
    for field, address in draft.routers:
        if address.version in families:
            draft.problems.append(error("two-gateways", field, f"{address} is a second IPv{address.version} router", "name one a family"))
        families.add(address.version)
        if address in own and site.host.default_gateway is False:
            hint = "if Host β is the site's router, say so (host.default_gateway), else correct one of the two"
            draft.problems.append(error("duplicate-address", own[address], f"{address} is also {field}", hint))
        elif address not in own and site.host.default_gateway is True:
            hint = "remove one of the two answers: site.router, or host.default_gateway"
            draft.problems.append(error("two-gateways", field, f"{address} is not Host β, which is said to be the site's router", hint))
        around = networks.around(address)
        near = around[1] if around else next((it.network for it in site.host.addresses if address in it.network), None)
        if near is not None:
            refuse_edge(address, near, field, draft.problems)
        elif draft.site_networks:
            hint = "give the router's address on the site's side, not its address towards the internet"
            draft.problems.append(error("outside-site", field, f"{address} is in none of site.networks and not on β's link", hint))


def _check_families(site: Site, draft: Draft) -> None:
    """β needs an address of each family that the site's networks have."""
    if not site.host.addresses:
        return
    for field, network in draft.site_networks:
        if not of_family(site.host.addresses, network.cidr.version):
            version = network.cidr.version
            hint = f"add β's IPv{version} address to host.addresses, or remove the network"
            draft.problems.append(
                error("family-missing", field, f"{network.cidr} is IPv{version}, and Host β has no IPv{version} address", hint)
            )


def no_prefix(interface: InterfaceAddress, field: str, draft: Draft) -> Problem:
    """The error about an address of β that has no prefix and lies in none of the site's networks: most likely a slip."""
    length = 24 if interface.version == 4 else 64
    otherwise = f"if Host β really is in another network, write its prefix: {interface.ip}/{length}"
    near = _networks_of(draft, interface)
    if not near:
        return error("no-prefix", field, f"{interface.ip} is in none of site.networks, so its prefix is not known", otherwise)
    return error(
        "no-prefix", field, f"{interface.ip} is not in {near}: a slip?", f"correct this address or the site's network; {otherwise}"
    )


def _check_own_link(draft: Draft, networks: NetworkIndex) -> None:
    """β usually stands in a network of the site; where it is in none of a family, a digit may be wrong."""
    inside = {interface.version for _, interface in draft.host_addresses if networks.overlapping(interface.network)}
    for field, interface in draft.host_addresses:
        near = _networks_of(draft, interface)
        if interface.version not in inside and near:
            hint = f"correct this address or the site's network, unless Host β really is in {interface.network}, behind the site's router"
            draft.problems.append(warning("host-outside", field, f"{interface.ip} is not in {near}: a slip?", hint))


def _networks_of(draft: Draft, interface: InterfaceAddress) -> str:
    """The site's networks of an address's family, for a sentence: the first three of them."""
    alike = (str(network.cidr) for _, network in draft.site_networks if network.cidr.version == interface.version)
    cidrs = list(islice(alike, 4))
    return " or ".join([*cidrs[:3], *(["another of site.networks"] if len(cidrs) > 3 else [])])
