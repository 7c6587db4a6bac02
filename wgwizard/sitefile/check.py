"""Everything that can be wrong with a site whose single values are right: each rule once, all problems at once."""

from wgwizard.site import Site
from wgwizard.sitefile.check_addresses import check_addresses
from wgwizard.sitefile.check_points import check_points
from wgwizard.sitefile.check_services import check_rights, check_services
from wgwizard.sitefile.check_tunnel import check_tunnel
from wgwizard.sitefile.draft import Draft
from wgwizard.sitefile.netindex import NetworkIndex


def check(site: Site, draft: Draft) -> None:
    """Add to the draft's problems what its values mean for each other; what is not there yet is not complained of."""
    networks = NetworkIndex((field, network.cidr) for field, network in draft.site_networks)
    check_addresses(site, draft, networks)
    check_tunnel(site, draft, networks)
    check_points(site, draft, networks)
    check_services(site, draft)
    check_rights(site, draft, networks)
