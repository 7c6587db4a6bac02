"""The answer that stands on a question before anybody gives another, and what was found beside it. Pure."""

from msgspec import Struct
from msgspec.structs import replace

from wgwizard.questions import Proposal, Question
from wgwizard.wizard.draft import Draft


class Standing(Struct, frozen=True):
    """`text` is the answer that stands; `proposal` what the wizard can answer by itself, which is that answer unless it is only offered.

    `prefilled`: nobody gave the answer, it was found or came with a preset or with a new set-up, so that what is typed takes its place.
    """

    text: str
    proposal: Proposal | None = None
    prefilled: bool = False

    @property
    def offered(self) -> str:
        """What was found where another answer stands; one key takes it. Nothing where there is none."""
        return self.proposal.text if self.proposal is not None and self.proposal.only_offered and self.proposal.text != self.text else ""


def standing(draft: Draft, path: str, question: Question, *, answered: bool = False) -> Standing:
    """What stands on a question; where it was `answered` otherwise just now, what was found is only offered again."""
    proposal = draft.taken.get(path) or draft.proposals().get(path)
    if proposal is not None and answered and path not in draft.taken:
        proposal = replace(proposal, only_offered=True)
    if proposal is not None and proposal.only_offered and question.kind.is_chosen:
        proposal = None  # all choices stand there already
    if proposal is not None and not proposal.only_offered:
        return Standing(proposal.text, proposal, prefilled=path not in draft.taken)
    text = draft.text(path, question)
    return Standing(text, proposal, prefilled=text != "" and draft.is_prefilled(path, question))
