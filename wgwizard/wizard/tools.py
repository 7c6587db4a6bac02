"""What the wizard may use of the world outside: handed in by `wgwizard.__main__`, or by a test."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from wgwizard.problems import named
from wgwizard.target import Target
from wgwizard.wizard.draft import Draft
from wgwizard.wizard.keeping import Keeping

# What the first page does without is imported where it is used.
if TYPE_CHECKING:
    from wgwizard.applying import Connector
    from wgwizard.owners import Folder
    from wgwizard.surroundings import Surroundings
    from wgwizard.wizard.study import Outlook


OPEN_AGAIN = "Sealed keys: open the site anew (on the first page, or wgwizard SITE.yaml), and give their passphrase."


class Tools(Struct, frozen=True):
    """`connector` reaches Host β (`None`: nobody can), `output` is where `-o` says that the site is to be saved.

    `login` is what the command line says of logging in; its address is the site's. `keeping` keeps the answers while one goes.
    `look_around` looks at this machine (`None`: nothing is to be found here). `login_of` is what the login belongs to: the saved site that
    the command line names, and the addresses that it was used for.
    """

    connector: "Connector | None" = None
    output: str | None = None
    login: Target = field(default_factory=lambda: Target(address=""))
    keeping: Keeping = field(default_factory=Keeping)
    look_around: "Callable[[], Surroundings] | None" = None
    login_of: set[str] = field(default_factory=set)

    def target(self, address: str) -> Target:
        """How to log in to this address."""
        self.login_of.add(address)
        return replace(self.login, address=address)

    def for_another_site(self) -> "Tools":
        """The same for a site that is opened next: keys and passwords of a login that belongs to another site are not taken along."""
        if not self.login_of:
            return self
        login = Target("", known_hosts=self.login.known_hosts, confirm_timeout=self.login.confirm_timeout)
        return replace(self, login=login, login_of=set())

    def path_for(self, draft: Draft) -> str:
        """Where the site is saved: where it came from, where `-o` says, else ./NAME.yaml."""
        name = str(draft.document.get("name") or "site").replace(os.sep, "-")
        return draft.path or self.output or str(Path(f"{name}.yaml"))


def folder_of(draft: Draft) -> Path:
    """The folder beside the site that its files are written to."""
    return Path(draft.path or "site.yaml").with_suffix("")


def written_before(draft: Draft, found: "Outlook") -> "Folder":
    """The folder of the files as it is now: whether it is there, and which points' files in it are the present ones."""
    from wgwizard.owners import Folder

    folder = folder_of(draft)
    files = [artefact for artefact in found.bundle.artefacts if not artefact.missing and artefact.path.startswith("/")]
    same: dict[str, bool] = {}
    for artefact in files:
        try:
            holds = (folder / artefact.node / artefact.path.lstrip("/")).read_bytes() == artefact.content().encode()
        except OSError:
            holds = False
        same[artefact.node] = same.get(artefact.node, True) and holds
    return Folder(f"{folder}/", folder.is_dir(), all(same.values()), frozenset(node for node, holds in same.items() if holds))


def write_files(draft: Draft, found: "Outlook") -> str:
    """Write every complete file to a folder beside the site, one folder a computer; the text says what was written and what not.

    A file of Host β's that lacks only what the script there finds or makes is not named: the script holds it.
    """
    from wgwizard.cli.writing import write_bundle
    from wgwizard.plan import HOST
    from wgwizard.render import covered_by_script, with_install_script
    from wgwizard.render.artefact import lacks_text
    from wgwizard.render.install import FOUND_ON_HOST

    bundle = with_install_script(found.plan, found.bundle)
    folder = folder_of(draft)
    written = write_bundle(folder, bundle)
    left_out = [artefact for artefact in bundle.artefacts if artefact.missing and not covered_by_script(artefact)]
    names = [point.name for point in found.plan.site.points]
    of_host = [name for artefact in left_out if artefact.node == HOST for name in artefact.missing if name not in FOUND_ON_HOST]
    points = dict.fromkeys(artefact.node for artefact in left_out if artefact.node in names)  # what each lacks stands beside its owner
    lines = [f"✓ {len(written)} files written below {folder}/"] if written else []
    secret = any(artefact.secret and not artefact.missing for artefact in bundle.artefacts)
    lines += [f"! they hold private keys: keep {folder}/ to yourself"] if secret else []
    lines += [f"○ not complete yet: {named(points)}"] if points else []
    lines += [f"○ Host β's files are not complete yet, missing: {lacks_text(of_host, names)}"] if of_host else []
    lines += [f"○ not complete yet: {artefact.path}" for artefact in left_out if artefact.node not in (HOST, *names)]
    return "\n".join([*lines, *([OPEN_AGAIN] if draft.sealed and left_out else [])])
