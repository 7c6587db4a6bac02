"""The plainest conversation: lines out, lines in, choices by number; nothing moves the cursor (TERM=dumb, an editor's shell)."""

import getpass
import shutil
import sys

from wgwizard.cli.asking import say
from wgwizard.prompts.talk import BACK, WHY, WHY_YES, Asked, paragraphs, toggled_words
from wgwizard.questions import Choice
from wgwizard.secret import Secret


class NumberedTalk:
    """A conversation line by line (prompts.Talk): words to stderr, answers from stdin."""

    help = "Enter takes what stands in [ ]. ? says why we ask, - empties an answer, < goes back, Ctrl-D leaves and keeps the answers."

    @property
    def columns(self) -> int:
        """How wide the terminal is."""
        return shutil.get_terminal_size().columns

    def say(self, text: str) -> None:
        """Show a line or more."""
        say(text)

    def text(self, asked: Asked) -> str:
        """A typed line; Enter alone takes the current answer."""
        self._put(asked)
        example = f"e.g. {asked.example} " if asked.example and not asked.current else ""
        return self._line(f"{example}[{asked.current}] ") or asked.current

    def one(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """One choice, by its number or its own word."""
        return self._chosen(asked, choices, several=False)

    def many(self, asked: Asked, choices: tuple[Choice, ...]) -> str:
        """Several choices, by their numbers or words."""
        return self._chosen(asked, choices, several=True)

    def yes(self, prompt: str, *, default: bool) -> bool | None:
        """Yes or no; `None` goes back."""
        while True:
            typed = self._line(f"\n{prompt} [{'Y/n' if default else 'y/N'}] ").lower()
            if not typed:
                return default
            if typed in ("y", "yes", "n", "no", BACK):
                return None if typed == BACK else typed.startswith("y")
            self.say(WHY_YES if typed == WHY else f"× “{typed}” is neither y nor n")

    def secret(self, prompt: str) -> Secret | None:
        """Typed without being seen."""
        typed = getpass.getpass(f"\n{prompt}: ", stream=sys.stderr)
        return Secret(typed) if typed else None

    def _put(self, asked: Asked) -> None:
        self.say(f"\n{asked.prompt}" + (f"   ({asked.word})" if asked.word else ""))
        if asked.remark:
            self.say(paragraphs(asked.remark, self.columns))

    def _chosen(self, asked: Asked, choices: tuple[Choice, ...], *, several: bool) -> str:
        self._put(asked)
        for number, choice in enumerate(choices, 1):
            self.say(f"  {number}  {choice.label}{f'   {choice.example}' if choice.example else ''}")
        held = [asked.current] if not several else asked.current.split() or [""]
        numbers = " ".join(str(number) for number, choice in enumerate(choices, 1) if choice.answer in held)
        while True:
            typed = self._line(f"[{numbers}] ")
            if typed == "":
                return asked.current
            if typed in (BACK, WHY):
                return typed
            words = chosen_words(choices, typed)
            if words is not None and (several or len(words) == 1):
                return toggled_words(choices, words) if several else words[0]
            self.say(f"× “{typed}” is none of the answers: type its number{', or several' if several else ''}")

    def _line(self, prompt: str) -> str:
        """A typed line; EOFError where the input ended."""
        print(prompt, end="", file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal front end
        line = sys.stdin.readline()
        if not line or (not line.endswith("\n") and sys.stdin.isatty()):  # Ctrl-D, alone or twice behind a typed text
            raise EOFError
        return line.strip()


def chosen_words(choices: tuple[Choice, ...], typed: str) -> list[str] | None:
    """The answers that numbers, or the answers' own words, stand for; `None` where one is unknown."""
    answers = {choice.answer: choice.answer for choice in choices if choice.answer}
    answers |= {str(number): choice.answer for number, choice in enumerate(choices, 1)}
    words = typed.replace(",", " ").split()
    return [answers[word] for word in words] if words and all(word in answers for word in words) else None
