"""Plan -> the card for a cloud's route table and its check of sources and destinations.

The forms are those of the AWS API reference (CreateRoute, ModifyNetworkInterfaceAttribute), the gcloud reference, and the Azure
PowerShell reference.
"""

from collections.abc import Iterable

from msgspec import Struct

from wgwizard.plan.model import Plan, RouteNeeded
from wgwizard.render.artefact import Artefact
from wgwizard.render.card import card, section
from wgwizard.site import Cloud


class _Forms(Struct, frozen=True):
    """How one cloud adds, checks and removes a route, and lets a machine pass on what is not its own; {words} are filled in."""

    add: tuple[str, ...]
    check: tuple[str, ...]
    remove: tuple[str, ...]
    switch: tuple[str, ...]


_FORMS = {
    Cloud.AWS: _Forms(
        ("aws ec2 create-route --route-table-id TABLE {option} {network} --network-interface-id ENI",),
        ("aws ec2 describe-route-tables --route-table-ids TABLE",),
        ("aws ec2 delete-route --route-table-id TABLE {option} {network}",),
        ("aws ec2 modify-network-interface-attribute --network-interface-id ENI --no-source-dest-check",),
    ),
    Cloud.GCP: _Forms(
        (
            "gcloud compute routes create wgwizard{family} --network=NETWORK --destination-range={network} \\",
            "    --next-hop-instance=INSTANCE --next-hop-instance-zone=ZONE",
        ),
        ("gcloud compute routes describe wgwizard{family}",),
        ("gcloud compute routes delete wgwizard{family}",),
        ("the instance must have been made with --can-ip-forward",),
    ),
    Cloud.AZURE: _Forms(
        (
            "Add-AzRouteConfig -RouteTable $rt -Name wgwizard{family} -AddressPrefix {network} `",
            "    -NextHopType VirtualAppliance -NextHopIpAddress {via} | Set-AzRouteTable",
        ),
        ("Get-AzRouteConfig -RouteTable $rt",),
        ("Remove-AzRouteConfig -RouteTable $rt -Name wgwizard{family} | Set-AzRouteTable",),
        ("switch IP forwarding on at the host's network interface",),
    ),
}


def cloud_card(plan: Plan, routes: list[RouteNeeded]) -> Artefact | None:
    """The card of the site's cloud; none where no route is needed."""
    forms = _FORMS.get(plan.site.cloud) if plan.site.cloud is not None else None
    if forms is None or not routes:
        return None
    lines = [
        "",
        "In the route table of the network that the host is in; words in capitals are yours. Not verified in your account.",
        *section("Add", _filled(forms.add, routes)),
        *section("Let the host pass on what is not its own", list(forms.switch)),
        *section("Check", _filled(forms.check, routes)),
        *section("Remove", _filled(forms.remove, routes)),
    ]
    return card(plan, "route-in-the-cloud", "route to the points, for the cloud's route table", lines)


def _filled(form: Iterable[str], routes: list[RouteNeeded]) -> list[str]:
    """A form's lines for every route; those that differ in nothing once."""
    option = {4: "--destination-cidr-block", 6: "--destination-ipv6-cidr-block"}
    texts = [
        "\n".join(form).format(option=option[route.network.version], network=route.network, via=route.via, family=route.network.version)
        for route in routes
    ]
    return [line for text in dict.fromkeys(texts) for line in text.split("\n")]
