"""What the answers lead to: the recommendation with the choice to overrule it, and the files to look at."""

import os

from wgwizard.picture.terminal import charset_of
from wgwizard.picture.text import render_text
from wgwizard.pipeline import Study, planned
from wgwizard.prompts.session import Session
from wgwizard.prompts.talk import BACK, WHY, Asked
from wgwizard.questions import Choice
from wgwizard.trace import trace
from wgwizard.wizard.files import heading, label, shown_text, what_is_written
from wgwizard.wizard.reach import table
from wgwizard.wizard.recommended import OVERRULE, beside, choices_of, chosen_among, first_of, last_of, reasons_of, shown_of, title_of
from wgwizard.wizard.study import Outlook, draft_with_keys, outlook, study
from wgwizard.wizard.tools import written_before

# So many lines of who reaches whom stand beside the recommendation; all of them are among the files.
_ROWS = 60
# Where nothing is recommended: no accidental Enter may choose by hand.
_NONE = Choice("auto", "None of these: back, to change an answer")
_ON = Choice("on", "None, go on")
_WHY_FILES = (
    "These are all files, each as it will stand on its computer; keys read (hidden), and a line that is too long here goes on further in."
    " ○ marks a file that still lacks something, which stands above it. When unsure, read who reaches whom, and go on."
)


def strategy_page(session: Session) -> bool:
    """The recommendation, again after every choice, until the shown one is taken; whether to go on (else a page back)."""
    session.talk.say("\n== Strategy ==")
    while True:
        found, problems = study(session.draft)
        if found is None:
            session.say_problems(problems)
            return False
        _say_recommendation(session, found)
        plan = planned(found, session.draft.keyring) if found.strategy is not None else None
        session.say_problems(beside(problems, plan, session.draft.document))
        chosen, current = _chosen(session, found)
        if chosen == BACK or (chosen == _NONE.answer and found.recommendation.recommended is None):
            return False
        if chosen != current:
            session.take(session.draft.answered(OVERRULE.id, OVERRULE, chosen))
        elif found.strategy is not None:
            return True
        else:
            session.say("This cannot be built. Choose another, or go back with < and change an answer.", "× ")


def _chosen(session: Session, found: Study) -> tuple[str, str]:
    """Which way is wanted, or BACK; and which one stood as the answer."""
    choices = choices_of(found.recommendation)
    if found.recommendation.recommended is None:
        choices = (_NONE, *choices)
    current = chosen_among(choices, session.draft.text(OVERRULE.id, OVERRULE))
    while (chosen := session.talk.one(Asked(OVERRULE.prompt, OVERRULE.word, current), choices)) == WHY:
        session.say(OVERRULE.why)
    return chosen, current


def _say_recommendation(session: Session, found: Study) -> None:
    recommendation = found.recommendation
    shown = shown_of(recommendation, found.site.strategy)
    session.talk.say("")
    session.say(title_of(recommendation, shown))
    _say_blocks(session, first_of(recommendation, shown))
    for lead, text in reasons_of(shown):
        session.say(text, f"  {lead.ljust(10)} ")
    _say_blocks(session, last_of(recommendation, shown))
    if found.strategy is not None:
        session.talk.say("\nWho reaches whom")
        lines = table(trace(planned(found, session.draft.keyring)), session.width)
        more = [f"… and {len(lines) - _ROWS} more lines among the files"] if len(lines) > _ROWS else []
        session.show("\n".join([*lines[:_ROWS], *more]))


def _say_blocks(session: Session, blocks: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    for title, texts in blocks:
        session.say(title)
        for text in texts:
            session.say(text, "  · ")


def files_page(session: Session) -> bool:
    """Every file to look at; keys that are missing are made once and kept with the draft. Whether to go on (else a page back)."""
    session.talk.say("\n== Files ==")
    found, problems = study(session.draft)
    if found is None or found.strategy is None:
        return False
    result = outlook(found, session.draft.keyring, problems)
    session.say(what_is_written(session.draft, written_before(session.draft, result)))
    session.draft = draft_with_keys(session.draft, found, result.keyring)
    warnings = f"! Warnings: {len(result.warnings)}" if result.warnings else "✓ No warnings"
    files = (Choice(str(place), label(artefact, result.plan.site)) for place, artefact in enumerate(result.bundle.artefacts))
    views = (Choice("reach", "Who reaches whom"), Choice("picture", "The network as a picture"), Choice("warnings", warnings))
    choices = (_ON, *views, *files)
    while True:
        chosen = session.talk.one(Asked("Which would you like to look at?", current="on"), choices)
        if chosen in ("on", BACK):
            return chosen == "on"
        _show(session, result, chosen)


def _show(session: Session, result: Outlook, chosen: str) -> None:
    if chosen == WHY:
        session.say(_WHY_FILES)
    elif chosen == "reach":
        session.show("\n".join(table(result.reaches, session.width)))
    elif chosen == "picture":
        session.show(render_text(result.plan, session.width, charset_of(os.environ)))
    elif chosen == "warnings":
        session.say_problems(result.warnings)
    else:
        artefact = result.bundle.artefacts[int(chosen)]
        session.say("")
        session.say(heading(artefact, result.plan.site), "── ")
        session.show(f"{shown_text(artefact, session.width).rstrip()}\n──")
