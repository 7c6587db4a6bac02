"""Everything that can be wrong with a site whose single values are right: each rule once, all problems at once."""

from wgwizard.check_addresses import check_addresses
from wgwizard.check_points import check_points
from wgwizard.check_services import check_rights, check_services
from wgwizard.check_tunnel import check_tunnel
from wgwizard.draft import Draft
from wgwizard.netindex import NetworkIndex
from wgwizard.site import Site


def check(site: Site, draft: Draft) -> None:
    """Add to the draft's problems what its values mean for each other; what is not there yet is not complained of."""
    networks = NetworkIndex((field, network.cidr) for field, network in draft.site_networks)
    check_addresses(site, draft, networks)
    check_tunnel(site, draft, networks)
    check_points(site, draft, networks)
    check_services(site, draft)
    check_rights(site, draft, networks)
