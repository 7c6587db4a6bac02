"""An answer's text in and out of the document (the site file's tree); pure, and never a judge: `sitefile.read` says what is wrong."""

import re
from typing import Any

from wgwizard.questions.model import Document, Kind, Question

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_IPV4 = re.compile(r"\d+\.\d+\.\d+\.\d+")
_YES_NO = {"yes": True, "no": False}
# How a person says that a point may reach nothing at the site, which the site file says with an empty list.
NOTHING = "nothing"
_PROTOCOLS = ("tcp", "udp")
# Services by the names that people have for them, with the protocol and port that IANA gives them; the first name of a port is proposed.
USUAL = {
    "web": ("tcp", 80),
    "http": ("tcp", 80),
    "https": ("tcp", 443),
    "ssh": ("tcp", 22),
    "sftp": ("tcp", 22),
    "dns": ("udp", 53),
    "files": ("tcp", 445),
    "smb": ("tcp", 445),
    "desktop": ("tcp", 3389),
    "rdp": ("tcp", 3389),
    "vnc": ("tcp", 5900),
    "mqtt": ("tcp", 1883),
    "modbus": ("tcp", 502),
}
PORTS = re.compile(r"\d{1,5}(-\d{1,5})?", re.ASCII)
_NO_RIGHT = frozenset({NOTHING, "none"})


def steps_of(path: str) -> tuple[str | int, ...]:
    """The path "points[0].name" as ("points", 0, "name")."""
    return tuple(word or int(index) for word, index in _STEP.findall(path))


def path_for(question: Question, point: int | None) -> str:
    """The concrete path of a question; `point` is the point's place, counted from 0."""
    return question.id if point is None else question.id.replace("[*]", f"[{point}]")


def concerns(field: str, path: str) -> bool:
    """Whether a problem's field lies at or under a question's path."""
    return field == path or field.startswith((path + ".", path + "["))


def value_at(document: Document, path: str) -> object:
    """What stands at the path, `None` where nothing does."""
    here: Any = document
    for step in steps_of(path):
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
        else:
            here = here.get(step) if isinstance(here, dict) else None
    return here


def text_at(document: Document, path: str, question: Question) -> str:
    """The answer that the document holds, in the question's notation; the default where nothing was said."""
    value = value_at(document, path)
    return question.default if value is None else text_of(question, value)


def put(document: Document, path: str, question: Question, text: str) -> dict[str, Any]:
    """A new document with this answer; an empty answer (and a default, which needs no word) leaves the field absent."""
    text = text.strip()
    # A default of a choice is written only where it differs from absence; typed answers are kept as typed.
    is_default = question.kind.is_chosen and text == question.default
    return with_value(document, path, None if text == "" or is_default else value_of(question, text))


def with_value(document: Document, path: str, value: object) -> dict[str, Any]:
    """A new document with `value` at the path; `None` takes the field away, and mappings left empty with it.

    Documents are never changed, so that the new one shares with the old one whatever does not lie on the path.
    """
    result: dict[str, Any] = dict(document)
    trail: list[tuple[Any, str | int]] = []
    here: Any = result
    steps = steps_of(path)
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        trail.append((here, step))
        if following is None:
            break
        inner = here[step] if isinstance(step, int) else here.get(step)
        if isinstance(step, str) and not isinstance(inner, dict | list):
            inner = [] if isinstance(following, int) else {}
        here[step] = inner.copy()
        here = here[step]
    _set(trail, value)
    return result


def _set(trail: list[tuple[Any, str | int]], value: object) -> None:
    """Put the value at the trail's end, or take it and every mapping that it leaves empty away."""
    holder, last = trail[-1]
    if value is not None:
        holder[last] = value
        return
    if isinstance(holder, dict):
        holder.pop(last, None)
    for (outer, step), (inner, _) in zip(reversed(trail[:-1]), reversed(trail[1:]), strict=True):
        if inner == {} and isinstance(outer, dict):
            outer.pop(step)


def value_of(question: Question, text: str) -> object:
    """The text of an answer as what the site file holds; text that fits no notation stays text, for the site file's own check."""
    match question.kind:
        case Kind.YES_NO | Kind.YES_NO_UNSURE:
            return _YES_NO.get(text, text)
        case Kind.NUMBER:
            return _number(text)
        case Kind.LIST:
            return re.split(r"[\s,]+", text.strip(" ,"))
        case Kind.MANY:
            return [] if text == "none" else text.split()
        case Kind.NETWORKS:
            return [_network(word) for word in re.split(r"[\s,]+", text.strip(" ,"))]
        case Kind.COMPUTERS:
            return _computers(re.split(r"[\s,]+", text.strip(" ,")))
        case Kind.SERVICES:
            return [_service(item.split()) for item in _items(text)]
        case Kind.RIGHTS:
            return [] if text.strip().lower() in _NO_RIGHT else [_right(words) for words in _rights(text)]
    return text


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _rights(text: str) -> list[list[str]]:
    """The words of each right; an item of ports alone goes on with the ports of the one before: "nas tcp 80,445", "nas 80,445"."""
    found: list[list[str]] = []
    for item in _items(text):
        words = item.split()
        if found and len(found[-1]) > 1 and PORTS.fullmatch(found[-1][-1]) and all(PORTS.fullmatch(word) for word in words):
            found[-1] += words
        else:
            found.append(words)
    return found


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _network(word: str) -> str | dict[str, str]:
    name, equals, cidr = word.partition("=")
    return {"cidr": cidr, "name": name} if equals else word


def _computers(words: list[str]) -> list[dict[str, Any]]:
    """The words "nas=192.168.1.20 nas=fd00::20 printer" as one computer with two addresses and one of which only the name is known.

    An address alone is its own name.
    """
    found: dict[str, list[str]] = {}
    for word in words:
        name, _, address = word.partition("=")
        address = address or (name if _IPV4.fullmatch(name) else "")
        found.setdefault(name, []).extend([address] if address else [])
    return [{"name": name, "addresses": addresses} if addresses else {"name": name} for name, addresses in found.items()]


def _service(words: list[str]) -> dict[str, Any]:
    """The words "web tcp 80 as 8080" as a service; "ssh" alone is the usual one; other missing words stay missing ("tcp 80", "web 80")."""
    if words[0].lower() in USUAL and (len(words) == 1 or words[1] == "as"):
        protocol, port = USUAL[words[0].lower()]
        words = [words[0], protocol, str(port), *words[1:]]
    wanted = [] if words[0].isdigit() else ["protocol"] if words[0] in _PROTOCOLS and words[1:2] != [words[0]] else ["name", "protocol"]
    if len(wanted) == 2 and words[1:] and words[1].isdigit():
        wanted = ["name"]
    service: dict[str, Any] = dict(zip(wanted, words, strict=False))
    ports, _, published = " ".join(words[len(wanted) :]).partition(" as ")
    if ports:
        service["port"] = _number(ports)
    if published:
        service["published_port"] = _number(published)
    return service


def _right(words: list[str]) -> dict[str, Any]:
    """The words "nas tcp 80 8000-8010" as a right, and what people write for it: "nas:80", "nas 80" (TCP), "nas smb", "nas:smb"."""
    to, colon, port = words[0].partition(":")
    if len(words) == 1 and colon and PORTS.fullmatch(port):
        words = [to, "tcp", port]
    elif len(words) == 1 and port.lower() in USUAL:
        protocol, usual = USUAL[port.lower()]
        words = [to, protocol, str(usual)]
    elif len(words) == 2 and words[1].lower() in USUAL:
        protocol, usual = USUAL[words[1].lower()]
        words = [to, protocol, str(usual)]
    elif words[1:] and all(PORTS.fullmatch(word) for word in words[1:]):
        words = [to, "tcp", *words[1:]]
    right: dict[str, Any] = dict(zip(("to", "protocol"), words, strict=False))
    if words[2:]:
        right["ports"] = [_number(word) for word in words[2:]]
    return right


def text_of(question: Question, value: object) -> str:
    """What the site file holds as an answer's text, in the notation that `value_of` reads."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    items: list[Any] = value if isinstance(value, list) else [value]
    match question.kind:
        case Kind.MANY:
            return " ".join(str(item) for item in items) or "none"
        case Kind.NETWORKS:
            return ", ".join(_network_text(item) for item in items)
        case Kind.COMPUTERS:
            return ", ".join(word for item in items for word in _computer_words(item))
        case Kind.SERVICES:
            return ", ".join(_service_text(item) for item in items)
        case Kind.RIGHTS:
            return ", ".join(_right_text(item) for item in items) or NOTHING
    return ", ".join(str(item) for item in items)


def _network_text(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    return f"{item['name']}={item.get('cidr', '')}" if "name" in item else str(item.get("cidr", ""))


def _computer_words(item: Any) -> list[str]:
    if not isinstance(item, dict):
        return [str(item)]
    name, addresses = item.get("name", ""), item.get("addresses", [])
    listed = addresses if isinstance(addresses, list) else [addresses]
    return [f"{name}={address}" if address != name else str(name) for address in listed] or [str(name)]


def _service_text(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    words = [str(item[key]) for key in ("name", "protocol", "port") if key in item]
    if "published_port" in item:
        words += ["as", str(item["published_port"])]
    return " ".join(words)


def _right_text(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    ports = item.get("ports", [])
    listed = ports if isinstance(ports, list) else [ports]
    return " ".join([str(item[key]) for key in ("to", "protocol") if key in item] + [str(port) for port in listed])
