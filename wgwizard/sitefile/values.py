"""Single values as people write them -> typed values, or a problem that says what is wrong with the text.

Every reader takes the text, the field's path and a list to which it adds problems; it returns `None` where the text is refused.
"""

import re
import unicodedata

from wgwizard.problems import Problem, error, warning
from wgwizard.site import Endpoint, PortRange
from wgwizard.sitefile.addresses import not_public, odd_kind, parse_address, refuse_unusable
from wgwizard.sitefile.shape import shown

MAX_PORT = 65535

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}\Z")
_INTERFACE = re.compile(r"[A-Za-z0-9_=+.][A-Za-z0-9_=+.-]{0,14}\Z")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z")
_PORT = re.compile(r"[1-9][0-9]{0,4}\Z")
_SSH = re.compile(
    r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\$?@)?"
    r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\]|(?P<bare>[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)"
    r"|(?P<numbers>[0-9][0-9.]*\.[0-9.]*(?=:|\Z))|[A-Za-z0-9_][A-Za-z0-9_.-]{0,252})"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?\Z"
)
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "’": ""})
# What people paste: the command as they type it, with the port before or after whom they log in to.
_SSH_COMMAND = re.compile(r"\s*ssh(?:\s+-p\s*(?P<before>\d+))?\s+(?P<target>[^\s-]\S*)(?:\s+-p\s*(?P<after>\d+))?\s*\Z")
# RFC 2606; the addresses of RFC 5737 and RFC 3849 are in wgwizard.sitefile.addresses
_EXAMPLE_NAME = re.compile(r"\.(?:example|invalid|test|example\.(?:com|net|org))\Z")
_OWN_ENDPOINT = "nobody can dial it: write the public name or address that is really dialled"
_TAKEN_INTERFACES = frozenset({"all", "default", "lo", ".", ".."})  # directories and devices under /proc/sys/net/ipv4/conf


def read_port(value: int, field: str, problems: list[Problem]) -> int | None:
    """A port from 1 to 65535."""
    if 1 <= value <= MAX_PORT:
        return value
    problems.append(error("bad-port", field, f"{value} is not a port", f"write a whole number from 1 to {MAX_PORT}"))
    return None


def read_ports(value: int | str, field: str, problems: list[Problem]) -> PortRange | None:
    """One port, or a range such as "8000-8010"."""
    if isinstance(value, int):
        port = read_port(value, field, problems)
        return None if port is None else PortRange(port, port)
    first, dash, last = value.partition("-")
    last = last if dash else first
    if not (_PORT.match(first) and _PORT.match(last)) or int(first) > MAX_PORT or int(last) > MAX_PORT:
        problems.append(error("bad-port", field, f"{shown(value)} is not a port or range", "write 80 or 8000-8010, from 1 to 65535"))
        return None
    if int(first) > int(last):
        problems.append(error("reversed-range", field, f"the range {shown(value)} runs backwards", f"write {last}-{first}"))
        return None
    return PortRange(int(first), int(last))


def read_name(text: str, field: str, problems: list[Problem]) -> str | None:
    """A name that is safe as a file's name, in comments and in shells."""
    if _NAME.match(text):
        return text
    reason = "is empty" if not text else "is longer than 63 characters" if len(text) > 63 else "has characters that a name cannot have"
    fitting = _fitting_name(text)
    such = f", such as {fitting}" if fitting else ""
    hint = f"use letters a-z, digits, '-', '_' and '.', beginning with a letter or digit, at most 63{such}"
    problems.append(error("bad-name", field, f"the name {shown(text)} {reason}", hint))
    return None


def _fitting_name(text: str) -> str:
    """A name that is nearest to what was typed: "Müller Zuhause" as "Mueller-Zuhause"; nothing where no letter is left."""
    spelled = text.translate(_SPELLED)
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    fitting = re.sub(r"[^A-Za-z0-9_.]+", "-", ascii_only.replace("'", "")).strip("-._")[:63]
    return fitting if _NAME.match(fitting) else ""


def read_interface_name(text: str, field: str, problems: list[Problem]) -> str | None:
    """A Linux network interface's name that wg-quick(8) takes too."""
    if _INTERFACE.match(text) and text not in _TAKEN_INTERFACES:
        return text
    if text in _TAKEN_INTERFACES:
        reason = "has a meaning of its own on Linux"
    else:
        reason = "is longer than 15 characters" if len(text) > 15 else "has characters that an interface's name cannot have"
    hint = "use 1 to 15 letters, digits or any of _ = + . -, not beginning with '-', such as wg0"
    problems.append(error("bad-interface", field, f"the interface name {shown(text)} {reason}", hint))
    return None


def read_domain(text: str, field: str, problems: list[Problem]) -> str | None:
    """A DNS name in ASCII."""
    reason = _host_name_fault(text)
    if reason is None:
        return text
    problems.append(error("bad-host-name", field, f"{shown(text)} {reason}", "write a name such as vpn.example.com"))
    return None


def read_endpoint(text: str, field: str, problems: list[Problem], *, usual_port: int | None = None) -> Endpoint | None:
    """Where WireGuard is dialled: host:port or [IPv6]:port; `usual_port` is taken where the text names none."""
    fault = _endpoint_form_fault(text)
    if fault is not None and fault[0] == "endpoint-no-port" and usual_port is not None:
        text, fault = f"{text}:{usual_port}", None
    if fault is not None:
        code, reason, hint = fault
        problems.append(error(code, field, f"the endpoint {shown(text)} {reason}", hint))
        return None
    host, _, port = text.rpartition(":")
    if not _PORT.match(port) or int(port) > MAX_PORT:
        problems.append(
            error("bad-port", field, f"{shown(port)} in the endpoint {shown(text)} is not a port", "write a number from 1 to 65535")
        )
        return None
    bare = host[1:-1] if host.startswith("[") else host
    if ":" in bare or _is_numeric(bare):
        return _endpoint_address(bare, int(port), field, problems)
    domain = read_domain(bare, field, problems)
    if domain is None:
        return None
    if _EXAMPLE_NAME.search(f".{domain.lower()}"):
        problems.append(warning("example-endpoint", field, f"{domain} is a name that only examples have", _OWN_ENDPOINT))
    elif "." not in domain:
        problems.append(warning("endpoint-no-dot", field, f"{domain} has no dot: no one outside knows such a name", _OWN_ENDPOINT))
    return Endpoint(domain, int(port))


def read_ssh(text: str, field: str, problems: list[Problem]) -> str | None:
    """[user@]host[:port], a name from ssh's own configuration, or "local"; nothing that ssh(1) could take for an option."""
    match = _SSH.match(text)
    address = match and (match["bracketed"] or match["bare"] or match["numbers"])
    if match and int(match["port"] or 22) <= MAX_PORT and (not address or parse_address(address, field, []) is not None):
        return text
    command = _SSH_COMMAND.match(text)
    ports = {port for port in command.group("before", "after") if port} if command else set()
    target = ":".join([command["target"], *ports]) if command else ""
    form = "write [user@]host[:port] with plain letters and digits, such as admin@192.168.200.2, or a name from ssh's configuration"
    hint = f"write it without the command: {target}" if _SSH.match(target) else form
    problems.append(error("bad-ssh", field, f"{shown(text)} is not an SSH target", hint))
    return None


def ssh_port(target: str) -> int:
    """The port in an accepted SSH target; 22 where none is said (ssh's own configuration may still say another)."""
    match = _SSH.match(target)
    return int(match["port"]) if match and match["port"] else 22


def _is_numeric(host: str) -> bool:
    """Whether the last label is a number, which makes it an IPv4 address or nothing (WHATWG URL, "ends in a number")."""
    return host.rpartition(".")[2].isdigit()


def _endpoint_address(text: str, port: int, field: str, problems: list[Problem]) -> Endpoint | None:
    address = parse_address(text, field, problems)
    if address is None:
        return None
    odd = odd_kind(address)
    if odd is not None and odd[0] == "documentation-address":
        problems.append(warning("example-endpoint", field, f"{address} is an address that only examples have", _OWN_ENDPOINT))
    elif kind := not_public(address):
        hint = "whoever dials it over the internet needs a public address or a name; keep it only if both are on one network"
        problems.append(warning("private-endpoint", field, f"{address} is {kind}", hint))
    elif refuse_unusable(address, text, field, problems):
        return None
    return Endpoint(str(address), port)


def _endpoint_form_fault(text: str) -> tuple[str, str, str] | None:
    """Code, reason and advice for an endpoint that is not of the form host:port."""
    example = "write host:port, such as vpn.example.com:51820"
    words = text.split()
    if len(words) == 2 and words[1].isdigit():
        return "endpoint-space", "has a space in place of the colon", f"write {words[0][:60]}:{words[1][:5]}"
    if "://" in text:
        return "endpoint-scheme", "begins with a scheme", f"{example}, without the part up to //"
    if any(character in text for character in "/@?#"):
        return "endpoint-extra", "has a path or a user in it", example
    if text.startswith("["):
        if "]" not in text:
            return "endpoint-bracket", "has a bracket that is not closed", "write [2001:db8::1]:51820"
        if "]:" not in text:
            return "endpoint-no-port", "has no port", "write [2001:db8::1]:51820"
    elif text.count(":") > 1:
        return "endpoint-bracket", "has an IPv6 address without brackets", f"write [{text.rpartition(':')[0]}]:{text.rpartition(':')[2]}"
    elif ":" not in text:
        return "endpoint-no-port", "has no port", f"write {text[:60]}:51820"
    return None


def _host_name_fault(text: str) -> str | None:
    if not text.isascii():
        return "is not plain ASCII (write the name in its xn-- form, as IDNA 2008 gives it)"
    if len(text) > 253:
        return "is longer than 253 characters"
    labels = text.split(".")
    if any(len(label) > 63 for label in labels):
        return "has a label longer than 63 characters"
    if not all(_LABEL.match(label) for label in labels):
        return "is not a host name (letters, digits and inner dashes between dots)"
    return "ends in a number, which is no top-level domain" if labels[-1].isdigit() else None
