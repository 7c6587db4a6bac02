"""A point's file for its owner: saved, as a QR code, or shown here with its keys."""

from pathlib import Path

from wgwizard.profiles.files import as_typed
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked
from wgwizard.questions import Choice
from wgwizard.wizard.handover import HOW, REVEAL, PointFile, line, path_for, path_problem, point_files, save, why_not_whole
from wgwizard.wizard.study import Outlook

_STAYS = "They also stay in what this terminal can scroll back to, until you clear that."


def give(session: Session, result: Outlook) -> None:
    """One point's file; nothing is written or shown where BACK or WHY is answered."""
    files = point_files(result)
    whose = session.talk.one(Asked("Whose?", current="0"), tuple(Choice(str(place), line(file)) for place, file in enumerate(files)))
    if whose in (BACK, WHY):
        return
    file = files[int(whose)]
    why_not = why_not_whole(file)
    if why_not:
        session.tell(why_not)
        return
    ways = (Choice("save", "Save it, or its QR code as a picture"), Choice("show", "Show it here, with its keys"))
    way = session.talk.one(Asked("How?", current="save"), ways)
    if way == "save":
        _save(session, file)
    elif way == "show":
        _show(session, file)


def _save(session: Session, file: PointFile) -> None:
    while True:
        session.say(HOW)
        path = session.talk.text(Asked("Where should it be saved?", "path", path_for(file, session.draft)))
        if path in (BACK, WHY):
            return
        path = as_typed(path)
        wrong = path_problem(path, session.draft)
        if wrong:
            session.tell(wrong)
        elif not Path(path).exists() or session.talk.yes(f"{path} is there already. Replace it?", default=False):
            session.say(save(file, path))
            return


def _show(session: Session, file: PointFile) -> None:
    """With its keys only after a yes."""
    if file.artefact.secret:
        session.say(f"{REVEAL.format(file.point.name)} {_STAYS}")
        if not session.talk.yes("Show the keys?", default=False):
            return
    session.talk.say(f"\n{file.artefact.content().rstrip()}\n")
