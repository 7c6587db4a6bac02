"""What the probe found on Host β: pure values and the parsing of the probe's output."""

from dataclasses import dataclass, field

from wgwizard.site import InterfaceAddress


@dataclass(frozen=True, slots=True)
class Facts:
    """Host β as found. Golden tests keep these in facts.json.

    `interfaces` maps an interface's name to its addresses; `ra_default_interfaces` learned their IPv6 default route by RA.
    """

    interfaces: dict[str, tuple[InterfaceAddress, ...]] = field(default_factory=dict)
    ipv4_forwarding: bool = False
    ipv6_forwarding: bool = False
    ra_default_interfaces: tuple[str, ...] = ()
    public_key: str | None = None
