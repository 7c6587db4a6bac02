"""Handing a point's file to its owner: which files there are, where one is saved, and what is to be said of it."""

from pathlib import Path

from msgspec import Struct

from wgwizard.errors import WgwizardError
from wgwizard.owners import COMPLETING, carried
from wgwizard.phone import qr_code, why_no_code
from wgwizard.profiles import LOCK_SUFFIX, SECRETS_SUFFIX, beside_path
from wgwizard.profiles.files import replace_file
from wgwizard.questions.about_host import KEYS
from wgwizard.render.artefact import Artefact, lacks_text
from wgwizard.render.forms import NETDEV_MODE, Form, in_form
from wgwizard.render.wireguard import conf_path
from wgwizard.site import Point
from wgwizard.siteroutes import assumed_opens
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.study import Outlook, whole

# Linux has no longer names for interfaces, and wg-quick and the apps name the tunnel after its file.
_LONGEST_INTERFACE = 15
_PRIVATE = 0o600
IMAGES = ("png", "svg")
HOW = (
    "Name it .conf for the file itself, .png or .svg for its QR code as a picture; for a Linux point also .netdev for systemd-networkd or"
    " .nmconnection for NetworkManager. Only you will be able to read it."
)
_FORMS = {"netdev": Form.NETWORKD, "nmconnection": Form.NETWORK_MANAGER}
_TAKE_UP = {Form.NETWORKD: "sudo networkctl reload", Form.NETWORK_MANAGER: "sudo nmcli connection reload"}
MAKE_KEY_HERE = "Let Host β's key be made here instead?"
KEY_MADE_HERE = "Host β's key is made here, and applying brings it there. The site must be saved anew, for that key lies nowhere else yet."
REVEAL = "Whoever sees them can connect as {0}; look behind you, and at what records the screen."
COPY = (
    "It goes to the clipboard of this terminal (OSC 52), where every program of yours and every list of earlier clippings can read it;"
    " over SSH that is the computer in front of you. Some terminals refuse it. A saved file is safer."
)


class PointFile(Struct, frozen=True):
    """A point and the WireGuard file that its owner gets; `at_start`: its tunnel is to be there at all times."""

    point: Point
    artefact: Artefact
    at_start: bool = False


def point_files(found: Outlook) -> tuple[PointFile, ...]:
    """Every point's file, in the order of the site."""
    site = found.plan.site
    path = conf_path(site.tunnel.interface)
    files = {artefact.node: artefact for artefact in found.bundle.artefacts if artefact.path == path}
    return tuple(PointFile(point, files[point.name], assumed_opens(site, point).by_site) for point in site.points if point.name in files)


def line(file: PointFile) -> str:
    """A point in a list, and what its file lacks."""
    lacks = f"   ○ not complete yet, missing: {lacks_text(file.artefact.missing)}" if file.artefact.missing else ""
    own = "   keeps its own private key" if file.point.public_key is not None else ""
    return f"{file.point.name}   {file.point.platform}{own}{lacks}"


def why_not_whole(file: PointFile) -> str:
    """Why a file cannot be given away yet; nothing where it can."""
    missing = file.artefact.missing
    if not missing:
        return ""
    ways = f" {' '.join(COMPLETING)}." if "host.public_key" in missing else ""
    return f"× The file of {file.point.name} is not complete yet; missing: {lacks_text(missing)}.{ways}"


def lacks_only_host_key(file: PointFile) -> bool:
    """Whether the file is complete as soon as Host β's key is made here in place of there."""
    return set(file.artefact.missing) == {"host.public_key"}


def key_made_here(draft: Draft) -> Draft:
    """The draft with Host β's key made here, together with whatever else its site needs; it has to be saved anew."""
    return whole(draft.answered(KEYS.id, KEYS, "here"))


def path_for(file: PointFile, draft: Draft) -> str:
    """Where a point's file is saved unless another path is given: beside the site, named as its tunnel will be."""
    bare = file.point.name if len(file.point.name) <= _LONGEST_INTERFACE else Path(file.artefact.path).stem
    return str(Path(draft.path or "").parent / f"{bare}.conf")


def path_problem(path: str, draft: Draft) -> str:
    """Why a point's file cannot be saved there; nothing where it can."""
    if not path or Path(path).is_dir():
        return f'× "{path}" is no file name. Give a name such as phone.conf.'
    if not Path(path).parent.is_dir():
        return f"× There is no directory {Path(path).parent}. Make it, or give another path."
    own = {draft.path, *(str(beside_path(draft.path, suffix)) for suffix in (LOCK_SUFFIX, SECRETS_SUFFIX))} if draft.path else set()
    if Path(path).resolve() in {Path(one).resolve() for one in own if one}:
        return f"× {path} belongs to the site. Give another name."
    return ""


def save(file: PointFile, path: str) -> str:
    """Save a point's file in the form or as the picture that the path's ending says; the text says what was saved. Raises WgwizardError."""
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind in _FORMS:
        return _save_in_form(file, path, _FORMS[kind])
    if kind not in IMAGES:
        return _save_file(file, path)
    why_not = why_no_code(file.point, file.artefact)
    if why_not:
        raise WgwizardError(why_not, "give a name that ends in .conf")
    replace_file(Path(path), qr_code(file.artefact).image(kind), _PRIVATE)
    name = file.point.name
    return f"✓ Saved as {path}, which only you can read. Whoever sees this picture can connect as {name}: delete it when it has been read."


def _save_in_form(file: PointFile, path: str, form: Form) -> str:
    """For another program of Linux than wg-quick, which may want two files; the text says where they belong on the point."""
    point = file.point
    if point.platform != "linux":
        raise WgwizardError(f"{point.name} runs {point.platform}, and {form} is a program of Linux", "give a name that ends in .conf")
    parts = in_form(file.artefact, form, Path(file.artefact.path).stem, at_start=file.at_start)
    places = [Path(path).with_suffix(Path(part.path).suffix) for part in parts]
    if taken := [place for place in places[1:] if place.exists()]:
        raise WgwizardError(f"{taken[0]} is there already, and would be replaced", "give another name")
    for part, place in zip(parts, places, strict=True):
        replace_file(place, part.content().encode(), _PRIVATE)
    modes = {NETDEV_MODE: f"{NETDEV_MODE}, group systemd-network"}
    belong = " and ".join(
        f"{place.name} as {part.path} (mode {modes.get(part.mode, part.mode)})" for part, place in zip(parts, places, strict=True)
    )
    own = f" {point.name}'s owner puts its private key in place of (kept on {point.name})." if point.public_key is not None else ""
    return (
        f"✓ Saved as {' and '.join(map(str, places))}, which only you can read: bring over on a USB stick or by scp, then delete here."
        f" On {point.name}, root puts {belong}; `{_TAKE_UP[form]}` takes it up.{own}"
    )


def _save_file(file: PointFile, path: str) -> str:
    """Written whole or not at all, for our own eyes only; the text says where it is and how it travels."""
    replace_file(Path(path), file.artefact.content().encode(), _PRIVATE)
    name = file.point.name
    own = f" {name}'s owner puts its private key in place of (kept on {name})." if file.point.public_key is not None else ""
    if not file.artefact.secret:
        return f"✓ Saved as {path}. It holds no key that is secret.{own}"
    return (
        f"✓ Saved as {path}, which only you can read. It holds {'a shared' if own else 'the private'} key of {name}: bring it over"
        f" {carried(path, file.point)}, not by mail or chat, and delete it here when it has arrived.{own}"
    )
