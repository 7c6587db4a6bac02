"""What comes up while one is logged in to Host β, asked in the conversation."""

from wgwizard.applying import Change, HostKey, Prompt
from wgwizard.cli.change_text import changes_list, changes_text
from wgwizard.prompts.talk import Asked, Talk, folded, wrapped
from wgwizard.secret import Secret


class TalkAsk:
    """Asks in the conversation (applying.Ask)."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def accept_host_key(self, key: HostKey) -> bool:
        """Whether the fingerprint is the host's own."""
        self._show(
            f"{key.host} port {key.port} shows a key that is not known here:\n  {key.kind}\n  {key.fingerprint}\n"
            f"Compare it with what this command prints on {key.host} itself:\n  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
        )
        title = f"Is this {key.host}, on the way to Host β?" if key.on_the_way else "Is this Host β?"
        return self._talk.yes(title, default=False) is True

    def confirm(self, changes: tuple[Change, ...], warnings: tuple[str, ...] = ()) -> bool:
        """Whether these changes are wanted."""
        self._show(f"{changes_text(changes)}\n\nIn short:\n{changes_list(changes)}")
        for warning in warnings:
            self._talk.say(wrapped(warning, self._talk.columns, "! "))
        count = len(changes)
        self._show(f"{count} change{'s' if count != 1 else ''} on Host β; nothing is changed yet.")
        return self._talk.yes("Make these changes?", default=False) is True

    def sudo_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password for sudo; nothing cancels."""
        return self._secret(f"The sudo password of {who} (Enter alone changes nothing)", refused)

    def key_passphrase(self, path: str, refused: int = 0) -> Secret | None:
        """The passphrase of an SSH key; nothing leaves the key out."""
        return self._secret(f"The passphrase of your SSH key {path} (Enter alone goes on without this key)", refused)

    def login_password(self, who: str, refused: int = 0) -> Secret | None:
        """The password of a login; nothing gives up."""
        return self._secret(f"The password of {who} (Enter alone gives up)", refused)

    def answers(self, who: str, said: str, prompts: tuple[Prompt, ...]) -> tuple[Secret, ...] | None:
        """What the login asks for by itself; nothing gives up."""
        self._show(f"The login of {who} asks:" + (f"\n{said}" if said else ""))
        found = []
        for prompt in prompts:
            text = prompt.text.strip().rstrip(":")
            answer = Secret(self._talk.text(Asked(text))) if prompt.echo else self._talk.secret(text)
            if answer is None:
                return None
            found.append(answer)
        return tuple(found)

    def install(self, packages: tuple[str, ...], command: str) -> bool:
        """Whether these packages may be installed."""
        self._show(f"Host β lacks {', '.join(packages)}. This would be run there:\n  {command}")
        return self._talk.yes("Install what is missing?", default=False) is True

    def _show(self, text: str) -> None:
        self._talk.say(folded(text, self._talk.columns))

    def _secret(self, prompt: str, refused: int) -> Secret | None:
        if refused:
            self._talk.say(f"× That was not it ({refused} tried so far).")
        return self._talk.secret(prompt)
