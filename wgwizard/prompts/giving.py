"""A point's file for its owner: saved, as a QR code, or shown here with its keys."""

from pathlib import Path

from wgwizard.owners import has_reader, scanned
from wgwizard.phone import BLOCKS, qr_code, why_no_code
from wgwizard.profiles.files import as_typed
from wgwizard.prompts.saving import save_page
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked, can_show
from wgwizard.questions import Choice
from wgwizard.wizard.handover import (
    HOW,
    KEY_MADE_HERE,
    MAKE_KEY_HERE,
    REVEAL,
    PointFile,
    key_made_here,
    lacks_only_host_key,
    line,
    path_for,
    path_problem,
    point_files,
    save,
    why_not_whole,
)
from wgwizard.wizard.study import Outlook, outlook, study

_STAYS = "They also stay in what this terminal can scroll back to, until you clear that."
_TOO_SMALL = (
    "The code needs a terminal of {} columns, with blocks among its signs: save it as a picture, in a file that ends in .png or .svg."
)
_LINES = "The code takes {} lines: where the window has fewer, enlarge it, or make its letters smaller."
_WAYS = (
    Choice("save", "Save it, or its QR code as a picture"),
    Choice("code", "Show its QR code here", "a phone's WireGuard app reads it"),
    Choice("show", "Show it here, with its keys"),
)
_WHY = (
    "A point is set up by one file, which holds its private key: a phone reads it as a QR code, a computer takes it as a file. Nothing is"
    " shown here before a yes, and `wgwizard qr SITE.yaml POINT` shows the same code later. When unsure, show the code to a phone, and save"
    " the file for a computer."
)


def give(session: Session, result: Outlook) -> None:
    """One point's file; nothing is written or shown where BACK is answered."""
    files = point_files(result)
    whose = _one(session, "Whose?", tuple(Choice(str(place), line(file)) for place, file in enumerate(files)))
    if whose == BACK:
        return
    file: PointFile | None = files[int(whose)]
    if file is not None and (why_not := why_not_whole(file)):
        session.tell(why_not)
        file = _completed(session, file) if lacks_only_host_key(file) else None
    if file is None:
        return
    way = _one(session, "How?", _WAYS, "code" if has_reader(file.point) else "save")
    if way == "save":
        _save(session, file)
    elif way == "code":
        _show_code(session, file)
    elif way == "show":
        _show(session, file)


def _completed(session: Session, file: PointFile) -> PointFile | None:
    """The file with Host β's key, which is made here and saved if that is wanted; `None` where it is not, and all is as before."""
    if session.talk.yes(MAKE_KEY_HERE, default=False) is not True:
        return None
    before = session.draft
    session.take(key_made_here(before))
    session.say(KEY_MADE_HERE)
    if not save_page(session):
        session.take(before)
        session.say("Nothing was saved, so Host β makes its key as before.", "○ ")
        return None
    found, _ = study(session.draft)
    files = point_files(outlook(found, session.draft.keyring)) if found is not None else ()
    return next((one for one in files if one.point.name == file.point.name), None)


def _one(session: Session, prompt: str, choices: tuple[Choice, ...], current: str = "0") -> str:
    """A choice or BACK; ? says what is handed over."""
    while (chosen := session.talk.one(Asked(prompt, current=current), choices)) == WHY:
        session.say(_WHY)
    return chosen


def _save(session: Session, file: PointFile) -> None:
    while True:
        session.say(HOW)
        path = session.talk.text(Asked("Where should it be saved?", "path", path_for(file, session.draft), proposed=True))
        if path == BACK:
            return
        if path == WHY:
            continue
        path = as_typed(path)
        wrong = path_problem(path, session.draft)
        if wrong:
            session.tell(wrong)
        elif not Path(path).exists() or session.talk.yes(f"{path} is there already. Replace it?", default=False):
            session.tell(save(file, path))
            return


def _may_show(session: Session, file: PointFile, prompt: str) -> bool:
    """With its keys only after a yes."""
    if not file.artefact.secret:
        return True
    session.say(f"{REVEAL.format(file.point.name)} {_STAYS}")
    return session.talk.yes(prompt, default=False) is True


def _show(session: Session, file: PointFile) -> None:
    if _may_show(session, file, "Show the keys?"):
        session.talk.say(f"\n{file.artefact.content().rstrip()}\n")


def _show_code(session: Session, file: PointFile) -> None:
    """The code whole, or why it cannot be shown here."""
    if why_not := why_no_code(file.point, file.artefact):
        session.say(why_not, "× ")
        return
    code = qr_code(file.artefact)
    columns, rows = code.least()
    if columns > session.talk.columns or not can_show(BLOCKS):
        session.say(_TOO_SMALL.format(columns), "× ")
    elif _may_show(session, file, "Show the code, which holds the keys?"):
        session.talk.code(code.rows(session.talk.columns, rows))
        session.say(f"{scanned(file.point)}. {_LINES.format(rows)}")
