"""Every key and password that the live tests use, searched for wherever none may be.

Allowed are the two stores: the sealed file beside a site, where nothing stands in clear, and what only root can read on Host β (its
wg-quick files, what is kept there for the way back, and what is staged in its memory meanwhile). Everything else is searched when a
host ends and when all tests have ended: the files and the journal of every host, the arguments and variables of every process that ran,
what the program showed on terminals, what tests captured, and every file that the person's side left.
"""

import contextlib
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect

from tests.system.lab.host import LabHost
from wgwizard.host.layout import CONFIGURATION, KEYFILES, NETWORKD, RUN, STATE, Layout, Owner
from wgwizard.render.install import SCRIPT
from wgwizard.secret import HIDDEN, Secret

STORES = (CONFIGURATION, Layout("wg0", Owner.NETWORKD).tunnel, KEYFILES, STATE, RUN)
LEAST = 8  # shorter ones stand in other words
OFTEN = 0.1  # seconds between two looks at the processes
RARELY = 20  # looks, until one that is known by now is looked at again
_KEY_LINE = re.compile(r"^\s*(?:PrivateKey|PresharedKey|private-key|preshared-key)\s*=\s*(\S{44})\s*$", re.MULTILINE)
_KEY = re.compile(rb"[A-Za-z0-9+/]{43}=")
# The tests' own tools, which are given a passphrase to lock a key with.
_OWN_TOOLS = (b"ssh-keygen", b"ssh-add")


@dataclass
class Secrecy:
    """What was used, and what was seen."""

    used: set[str] = field(default_factory=set)
    seen: dict[str, set[bytes]] = field(default_factory=dict)
    transcripts: dict[int, bytearray] = field(default_factory=dict)

    def use(self, *texts: str) -> None:
        """These are secret from now on; of a file's whole text the keys are, which come by themselves."""
        self.used.update(text for text in texts if len(text) >= LEAST and "\n" not in text)

    def show(self, where: str, text: bytes) -> None:
        """Others can see this text there."""
        self.seen.setdefault(where, set()).add(text)

    def told(self, where: str, text: bytes) -> list[str]:
        """The place, where a secret stands in this text; never the secret itself. Keys are looked up: there are thousands of them."""
        keys = {match.decode() for match in _KEY.findall(text)}
        words = (secret for secret in self.used if not _KEY.fullmatch(secret.encode()))
        return [where] if keys & self.used or any(word.encode() in text for word in words) else []

    def leaks(self) -> list[str]:
        """Where any secret was seen, as far as is known by now."""
        shown = [("a terminal", bytes(transcript)) for transcript in self.transcripts.values()]
        seen = [(where, text) for where, texts in self.seen.items() for text in texts]
        return sorted({leak for where, text in (*shown, *seen) for leak in self.told(f"{where}: {self._beginning(text)}", text)})

    def _beginning(self, text: bytes) -> str:
        """The first word, for a message, without what must not stand there."""
        word = text.split(b"\0", 1)[0].decode(errors="replace")
        for secret in self.used:
            word = word.replace(secret, HIDDEN)
        return word[:60]


@contextlib.contextmanager
def watching(secrecy: Secrecy) -> Iterator[None]:
    """Note each secret that this process makes, each process that runs, and what programs show on terminals."""
    plain_init, plain_read = Secret.__init__, pexpect.spawn.read_nonblocking
    ended = threading.Event()

    def init(self: Secret, text: str) -> None:
        secrecy.use(text)
        plain_init(self, text)

    def read(self: pexpect.spawn, *arguments: Any, **options: Any) -> bytes:
        received: bytes = plain_read(self, *arguments, **options)
        transcript = self.__dict__.setdefault("_shown", bytearray())
        transcript += received if isinstance(received, bytes) else received.encode()
        secrecy.transcripts[id(transcript)] = transcript
        return received

    def look() -> None:
        seen: dict[str, int] = {}
        while not ended.wait(OFTEN):
            seen = look_at_processes(secrecy, seen)

    thread = threading.Thread(target=look, daemon=True)
    Secret.__init__ = init  # type: ignore[method-assign]
    pexpect.spawn.read_nonblocking = read
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        Secret.__init__ = plain_init  # type: ignore[method-assign]
        pexpect.spawn.read_nonblocking = plain_read


def look_at_processes(secrecy: Secrecy, seen: Mapping[str, int]) -> dict[str, int]:
    """Take down the arguments and variables of every process, those on the hosts included; gives how often each was seen.

    One that was `seen` twice already is looked at again only now and then: another program is begun at the beginning, if at all.
    """
    now = {name: seen.get(name, 0) + 1 for name in os.listdir("/proc") if name.isdecimal()}  # noqa: PTH208 - ten times a second
    for pid in (pid for pid, times in now.items() if times <= 2 or times % RARELY == 0):
        with contextlib.suppress(OSError):  # it has ended
            arguments = Path("/proc", pid, "cmdline").read_bytes()
            if not arguments.split(b"\0", 1)[0].endswith(_OWN_TOOLS):
                secrecy.show("arguments of a process", arguments)
                secrecy.show("variables of a process", Path("/proc", pid, "environ").read_bytes())
    return now


def leaks_on(host: LabHost, secrecy: Secrecy) -> list[str]:
    """Where on a host, outside its stores, a secret stands by now: its files, its memory's files, its journal."""
    for directory in (CONFIGURATION, NETWORKD, KEYFILES):
        secrecy.use(*(key for text in _texts(host.changed / directory.lstrip("/")) for key in _KEY_LINE.findall(text)))
    places = [(host.changed, STORES)]
    journal = b""
    with contextlib.suppress(Exception):  # a host that was switched off has its disk only
        places.append((Path(f"/proc/{host.pid}/root/run"), (RUN.removeprefix("/run"), "/log/journal")))
        journal = host.run("journalctl", "--no-pager", "-a", "-o", "export", check=False).stdout.encode()
    found = [leak for root, stores in places for leak in leaks_below(root, secrecy, stores)]
    return [*found, *secrecy.told(f"the journal of {host.name}", journal)]


def _texts(directory: Path) -> Iterator[str]:
    for path in directory.glob("*"):
        if path.is_file():
            yield path.read_text(errors="replace")


def leaks_below(root: Path, secrecy: Secrecy, but: Iterable[str] = ()) -> list[str]:
    """The files below a directory in which a secret stands, without those below the paths `but`, which count from there.

    What was asked for and only its owner can read is left out: a file for --passphrase-file, which is the passphrase and nothing else,
    a file for wg-quick or wg, and the script that puts Host β's in place.
    """
    but = tuple(but)
    found = []
    for path in sorted(root.rglob("*")):
        place = "/" + str(path.relative_to(root))
        if any(place == store or place.startswith(f"{store}/") for store in but) or path.is_symlink() or not path.is_file():
            continue
        with contextlib.suppress(OSError):
            content = path.read_bytes()
            for_wireguard = path.suffix in (".conf", ".stripped") and b"[Interface]" in content
            asked_for = content.decode(errors="replace").rstrip("\n") in secrecy.used or for_wireguard or path.name == SCRIPT
            if not asked_for or path.stat().st_mode & 0o077:
                found += secrecy.told(str(path), content)
    return found
