"""Site -> the site file: what was said, in the order of docs/site-file.md; what was not said stays absent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wgwizard.site import (
    DEFAULT_HOST_NAME,
    DEFAULT_INTERFACE,
    DEFAULT_PORT,
    Host,
    Needs,
    Point,
    Right,
    RoutesAt,
    Service,
    Site,
    SiteNetwork,
    Tunnel,
)

FORMAT_VERSION = 1

# Text that YAML 1.1 and 1.2 both read as text when it is not quoted: a letter first, and nothing that could end or change it.
_PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_./+@-]*[A-Za-z0-9_/+-])?\Z")
_CIDR4 = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(?:/[0-9]+)?\Z")
_YAML_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_FLOW_WIDTH = 120


def to_document(site: Site) -> dict[str, Any]:
    """The document that `sitefile.read` turns into this site again."""
    return _present(
        {
            "version": FORMAT_VERSION,
            "name": site.name,
            "site": _site(site),
            "host": _host(site.host),
            "tunnel": _tunnel(site.tunnel),
            "points": [_point(point) for point in site.points],
            "needs": _needs(site.needs),
            "strategy": None if site.strategy is None else site.strategy.value,
        }
    )


def to_yaml(site: Site) -> str:
    """The site file's text; it reads again as an equal site."""
    return dump(to_document(site))


def dump(document: Mapping[str, Any]) -> str:
    """A document of plain values as YAML: one field a line, short lists and mappings inside brackets, quoted where in doubt."""
    return "".join(line + "\n" for key, value in document.items() for line in _block(key, value, ""))


def _block(key: str, value: Any, indent: str) -> Iterable[str]:
    name = _text(key)
    flow = _flow(value)
    large = isinstance(value, (dict, list)) and value and (not indent or len(indent) + len(name) + 2 + len(flow) > _FLOW_WIDTH)
    if not large:
        yield f"{indent}{name}: {flow}"
        return
    yield f"{indent}{name}:"
    inner = indent + "  "
    if isinstance(value, dict):
        for inner_key, inner_value in value.items():
            yield from _block(inner_key, inner_value, inner)
        return
    for item in value:
        yield from _item(item, inner)


def _item(item: Any, indent: str) -> Iterable[str]:
    if not isinstance(item, dict) or not item or len(indent) + 2 + len(_flow(item)) <= _FLOW_WIDTH // 2:
        yield f"{indent}- {_flow(item)}"
        return
    lines = [line for key, value in item.items() for line in _block(key, value, indent + "  ")]
    yield f"{indent}- {lines[0].lstrip()}"
    yield from lines[1:]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if value is None or isinstance(value, (bool, int)):
        return _json(value)
    return _text(str(value))


def _text(text: str) -> str:
    """The text bare where every YAML reader takes it as text, else in double quotes (JSON's escapes are YAML's)."""
    if (_PLAIN.match(text) and text.lower() not in _YAML_WORDS) or _CIDR4.match(text):
        return text
    return _json(text, ensure_ascii=not text.isprintable())


def _json(value: object, *, ensure_ascii: bool = True) -> str:
    """A single value in JSON, which YAML reads as the same; imported here, for whoever only reads a site needs none."""
    from json import dumps

    return dumps(value, ensure_ascii=ensure_ascii)


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without the fields that hold nothing (`None`, an empty list or mapping)."""
    return {key: value for key, value in fields.items() if value is not None and value not in ([], {})}


def _unless(default: Any, value: Any) -> Any:
    """The value, or `None` where it is what an absent field means anyway."""
    return None if value == default else value


def _texts(values: Iterable[object]) -> list[str]:
    return [str(value) for value in values]


def _site(site: Site) -> dict[str, Any]:
    fields = _present(
        {
            "networks": [_network(network) for network in site.networks],
            "hosts": [_present({"name": host.name, "addresses": _texts(host.addresses)}) for host in site.hosts],
            "router": _texts(site.router),
            "router_kind": site.router_kind,
            "router_drops_invalid": site.router_drops_invalid,
            "cloud": None if site.cloud is None else site.cloud.value,
            "dns": _present({"servers": _texts(site.dns.servers), "search": list(site.dns.search)}),
        }
    )
    if site.routes_at is not None:
        fields["routes"] = [place.value for place in RoutesAt if place in site.routes_at]
    return {key: fields[key] for key in ("networks", "hosts", "router", "routes", *fields) if key in fields}


def _network(network: SiteNetwork) -> Any:
    return str(network.cidr) if network.name is None else {"cidr": str(network.cidr), "name": network.name}


def _host(host: Host) -> dict[str, Any]:
    fields = _present(
        {
            "name": _unless(DEFAULT_HOST_NAME, host.name),
            "addresses": _texts(host.addresses),
            "interface": host.interfaces[0] if len(host.interfaces) == 1 else list(host.interfaces),
            "default_gateway": host.default_gateway,
            "endpoint": None if host.endpoint is None else str(host.endpoint),
            "ssh": host.ssh,
            "keys": _keys(host),
            "services": _services(host.services),
        }
    )
    if host.cannot_be_dialled:
        fields["endpoint"] = None
    return fields


def _keys(host: Host) -> str | None:
    if host.keys_on_host == (host.ssh is not None):
        return None
    return "host" if host.keys_on_host else "here"


def _tunnel(tunnel: Tunnel) -> dict[str, Any]:
    return _present(
        {
            "interface": _unless(DEFAULT_INTERFACE, tunnel.interface),
            "networks": _texts(tunnel.networks),
            "addresses": _texts(tunnel.addresses),
            "port": _unless(DEFAULT_PORT, tunnel.port),
            "mtu": tunnel.mtu,
        }
    )


def _point(point: Point) -> dict[str, Any]:
    fields = _present(
        {
            "name": point.name,
            "addresses": _texts(point.addresses),
            "public_key": point.public_key,
            "preshared_key": _unless(point.public_key is None, point.preshared_key),
            "behind_nat": _unless(True, point.behind_nat),
            "endpoint": None if point.endpoint is None else str(point.endpoint),
            "platform": _unless("linux", point.platform),
            "home_networks": _texts(point.home_networks),
            "opens": None if point.opens is None else point.opens.value,
            "services": _services(point.services),
        }
    )
    if point.may_reach is not None:
        fields["may_reach"] = [_right(right) for right in point.may_reach]
    return fields


def _services(services: Sequence[Service]) -> list[dict[str, Any]]:
    return [_present({"name": it.name, "protocol": it.protocol, "port": it.port, "published_port": it.published_port}) for it in services]


def _right(right: Right) -> dict[str, Any]:
    ports = [ports.first if ports.is_single else str(ports) for ports in right.ports]
    return _present({"to": right.to, "protocol": right.protocol, "ports": ports})


def _needs(needs: Needs) -> dict[str, Any]:
    return _present(
        {
            "opens": None if needs.opens is None else needs.opens.value,
            "tell_points_apart": needs.tell_points_apart,
            "site_clients_seen_as_host": _unless(False, needs.site_clients_seen_as_host),
        }
    )
