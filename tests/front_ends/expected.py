"""What the site file says: the oracle of every case. Nothing of a front end is used here but the words."""

from pathlib import Path
from textwrap import dedent

from tests.front_ends.cases import BACK, Answers, Case
from wgwizard import profiles, sitefile
from wgwizard.errors import SiteRefusedError
from wgwizard.questions import GROUPS, Document, Question
from wgwizard.questions.answers import concerns, put
from wgwizard.questions.naming import in_words
from wgwizard.sitefile import sitewrite, yamltext
from wgwizard.wizard.words import said

BY_ID = {question.id: question for group in GROUPS for question in group.questions}
BY_PROMPT = {question.prompt: question for question in BY_ID.values()}


def tries(answers: Answers, question: Question) -> tuple[str, ...]:
    """What is tried for a question, one after another; nothing where it is accepted as it stands."""
    given = answers.get(question.id, ())
    return (given,) if isinstance(given, str) else given


def document_of(text: str) -> Document:
    document, problems = yamltext.parse(dedent(text).encode())
    assert document is not None, problems
    return document


def saved_bytes(case: Case, folder: Path) -> bytes:
    """The case's file as wgwizard itself would write it."""
    (folder / "by-hand.yaml").write_text(dedent(case.file))
    site = profiles.load_site(str(folder / "by-hand.yaml")).site
    profiles.save_site(str(folder / "written.yaml"), sitefile.to_document(site))
    return (folder / "written.yaml").read_bytes()


def words(text: str) -> str:
    """A text without its line breaks, which depend on a terminal's width."""
    return " ".join(text.split())


def refusals(case: Case, folder: Path) -> list[str]:
    """What a site file is told for each wrong try, put into the case's file in place of the right answer."""
    document = document_of(case.file)
    alone = [question for question in BY_ID.values() if "[*]" not in question.id]
    found = [(question, question.id, wrong) for question in alone for wrong in _wrong(case.answers, question)]
    first = len(document["points"]) - len(case.points)
    for place, answers in enumerate(case.points, first):
        for question in BY_ID.values():
            path = question.id.replace("[*]", f"[{place}]")
            found += [(question, path, wrong) for wrong in _wrong(answers, question)]
    return [text for question, path, wrong in found for text in _refused(document, question, path, wrong, folder)]


def _wrong(answers: Answers, question: Question) -> tuple[str, ...]:
    return tuple(text for text in tries(answers, question)[:-1] if text != BACK)


def _refused(document: Document, question: Question, path: str, wrong: str, folder: Path) -> list[str]:
    """The errors of a file with this answer in it, about this answer, in the questions' words; none where the answer can stand."""
    file = folder / "wrong.yaml"
    tried = put(document, path, question, wrong)
    file.write_text(sitewrite.dump(tried))
    try:
        profiles.load_site(str(file))
    except SiteRefusedError as refused:
        return [words(said(problem)) for problem in in_words(refused.problems, tried) if problem.is_error and concerns(problem.field, path)]
    return []
