"""Problems in the words of the questions: the checks name fields of the site file, who is asked reads what those are called here. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from wgwizard.problems import Problem
from wgwizard.questions.about_needs import AS_HOST, OPENS, TELL_APART
from wgwizard.questions.about_point import MAY_REACH, SERVICES
from wgwizard.questions.answers import PORTS, USUAL, steps_of, text_of, value_at
from wgwizard.questions.model import Document

_NOUNS = {
    "site.networks": "the site's networks",
    "site.hosts": "the computers at the site",
    "site.router": "the router's address",
    "site.routes": "where a route can be added",
    "site.dns": "the name servers",
    "host.addresses": "Host β's address",
    "host.endpoint": "Host β's endpoint",
    "host.ssh": "the login to Host β",
    "host.services": "Host β's own services",
    "host.interface": "Host β's network interface",
    "tunnel.networks": "the tunnel's networks",
    "tunnel.addresses": "Host β's address in the tunnel",
    "tunnel.port": "WireGuard's own port",
    "tunnel.interface": "the tunnel's interface",
    "strategy": "the strategy",
    **{question.id: f'"{question.prompt}"' for question in (OPENS, TELL_APART, AS_HOST)},
}
_ASKED = {question.id: question for question in (OPENS, TELL_APART, AS_HOST)}
_PATH = r"(?:points\[\d+\]|(?:site|host|tunnel|needs)\.[a-z_]+)(?:\.[a-z_]+|\[\d+\])*"
_ANYWHERE = re.compile(rf"(?<![\w.]){_PATH}")
_WORD = "address|cidr|hosts?|may_reach|name|networks|opens|points|ports?|protocol|published_port|strategy|to"
_ASIDE = re.compile(rf" \((?P<path>{_PATH}|{_WORD})(?:: [^()]*)?\)")
_AS_PORT = re.compile(r" \(published_port: (\d+)\)")
_SERVICE = re.compile(r"points\[\d+\]\.services\[\d+\]|host\.services\[\d+\]")
_PART = re.compile(r"(points\[\d+\]\.may_reach)\[(\d+)\]|points\[\d+\]\.services\[\d+\]|host\.services\[\d+\]")
_NAMES = {port: name for name, (_, port) in reversed(USUAL.items())}


def in_words(problems: Iterable[Problem], document: Document) -> tuple[Problem, ...]:
    """The problems as they are said to whoever is asked; one sentence for all that a service lacks. Fields and codes stay."""
    return tuple(_lacking(problems, document))


def _lacking(problems: Iterable[Problem], document: Document) -> Iterator[Problem]:
    said: set[str] = set()
    problems = tuple(problems)
    garbled = {part[0]: problem.field for problem in problems if (part := _PART.match(problem.field)) and _is_garbled(problem)}
    for problem in problems:
        part, service = _PART.match(problem.field), _SERVICE.match(problem.field)
        if part is not None and part[0] in garbled:
            if problem.field == garbled[part[0]]:
                yield _not_understood(problem, value_at(document, part[0]), is_right=part[1] is not None)
            continue
        if part is not None and part[1] is not None and problem.field.endswith(".to") and (loose := _loose(problem, part, document)):
            yield loose
            continue
        if problem.code == "missing" and service is not None:
            if service[0] not in said:
                said.add(service[0])
                yield _incomplete(problem, value_at(document, service[0]))
        else:
            yield replace(
                problem,
                message=_plain(problem.message, problem, document, hint=False),
                hint=_plain(problem.hint, problem, document, hint=True),
            )


def _is_garbled(problem: Problem) -> bool:
    """Whether a word stands where tcp or udp is expected, and is none of the two typed wrongly."""
    return problem.code == "unknown-word" and problem.field.endswith(".protocol") and not problem.hint.startswith("did you mean")


def _not_understood(problem: Problem, part: Any, *, is_right: bool) -> Problem:
    """All that is wrong with the words of a right or a service at once, with what can be written."""
    text = text_of(MAY_REACH if is_right else SERVICES, [part])
    if not is_right:
        hint = "write a usual name alone, such as smb or web, or name, tcp or udp, and port; a comma stands between two: smb, page tcp 8000"
        return replace(problem, message=f"{text!r} is not understood as one service", hint=hint)
    to = _target(part) or "nas"
    hint = (
        f"write tcp or udp with ports, or a service by its usual name such as smb or web, one target after each comma: {to} smb, {to} web"
    )
    return replace(problem, message=f"{text!r} is not understood as one right", hint=hint)


def _is_loose(word: str) -> bool:
    return bool(PORTS.fullmatch(word)) or word.lower() in USUAL


def _target(right: Any) -> str:
    """Whom a right is about; nothing where a port or a service stands in that place."""
    to = str(right.get("to", "")) if isinstance(right, dict) else ""
    return "" if _is_loose(to) else to


def _loose(problem: Problem, part: re.Match[str], document: Document) -> Problem | None:
    """A port or a service's usual name that stands alone between commas, where the computer belongs; `None` for anything else."""
    word = str(value_at(document, problem.field))
    if problem.code not in ("dangling-name", "bad-address") or not _is_loose(word):
        return None
    others = (_target(value_at(document, f"{part[1]}[{place}]")) for place in reversed(range(int(part[2]))))
    before = next((target for target in others if target), "")
    name = before or "nas"
    example = f"{name} smb, {name} {word}" if before else f"{name} {word}"
    what = "a port" if PORTS.fullmatch(word) else "a service"
    return replace(problem, message=f"{word!r} alone is {what} of no computer", hint=f"write the name before each, as in {example}")


def _incomplete(problem: Problem, service: Any) -> Problem:
    said: dict[str, Any] = service if isinstance(service, dict) else {}
    text, port = text_of(SERVICES, [service]), said.get("port", 80)
    name = said.get("name", _NAMES.get(port, "web") if isinstance(port, int) else "web")
    protocol = said.get("protocol", "udp" if port == 53 else "tcp")
    message = f"{text!r} is not a whole service: it has a name, tcp or udp, and a port"
    which = "" if "port" in said else ", with its own port in place of 80"
    return replace(problem, message=message, hint=f"write {name} {protocol} {port}{which}")


def _plain(text: str, problem: Problem, document: Document, *, hint: bool) -> str:
    """A text without the site file's own notation."""
    if "." not in text and "(" not in text and "[" not in text:
        return text
    text = _AS_PORT.sub(lambda found: _written_as(found[1], problem, document), text)
    text = _ASIDE.sub(lambda found: _aside(found["path"], problem) if hint else "", text)
    return _ANYWHERE.sub(lambda found: name_of(found[0], document), text)


def _written_as(port: str, problem: Problem, document: Document) -> str:
    service = _SERVICE.match(problem.field)
    value = value_at(document, service[0]) if service is not None else None
    return f": write {text_of(SERVICES, [{**value, 'published_port': port}])}" if isinstance(value, dict) else ""


def _aside(path: str, problem: Problem) -> str:
    """The question that a hint points to, unless it is the one that the hint stands beside."""
    question = _ASKED.get(path)
    return f' ("{question.prompt}")' if question is not None and path != problem.field else ""


def name_of(path: str, document: Document) -> str:
    """What stands at a path, as a person calls it: "web of pump-7", "Host β's address"."""
    steps = steps_of(path)
    if steps[0] == "points" and len(steps) > 1 and isinstance(steps[1], int):
        return _of_point(steps, document)
    found = next((noun for known, noun in _NOUNS.items() if path == known or path.startswith((f"{known}.", f"{known}["))), path)
    inner = value_at(document, ".".join(map(str, steps[:2])) + f"[{steps[2]}]") if len(steps) > 2 else None
    if isinstance(inner, dict) and "name" in inner:
        return f"{inner['name']} of Host β" if steps[0] == "host" else str(inner["name"])
    return found


def _of_point(steps: tuple[str | int, ...], document: Document) -> str:
    point = point_name(int(steps[1]), document)
    if len(steps) < 3:
        return point
    if steps[2] == "services" and len(steps) > 3:
        service = value_at(document, f"points[{steps[1]}].services[{steps[3]}]")
        return f"{service['name']} of {point}" if isinstance(service, dict) and "name" in service else f"a service of {point}"
    words = {"addresses": "the address", "public_key": "the key", "name": "the name", "endpoint": "the endpoint", "may_reach": "a right"}
    return f"{words.get(str(steps[2]), str(steps[2]).replace('_', ' '))} of {point}"


def point_name(place: int, document: Document) -> str:
    """What a point is called, or which it is."""
    name = value_at(document, f"points[{place}].name")
    return str(name) if name else f"point {place + 1}"
