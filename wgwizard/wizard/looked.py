"""The words about a look at Host β. Pure."""

from wgwizard.questions.answers import value_at
from wgwizard.questions.comparing import HOST_DIFFERS
from wgwizard.questions.examples import examples
from wgwizard.questions.proposing import host_name
from wgwizard.site import LOCAL
from wgwizard.surroundings import is_virtual
from wgwizard.wizard.draft import Draft

LOOK = (
    "The wizard logs in and only reads: the addresses, interfaces, routes and UDP ports in use, and what system it is. Nothing is changed "
    "there, and root is not needed. What it finds is proposed on these pages, and the tunnel then avoids every network in use there."
)
BY_KEY = "F4 looks at it: it logs in, only reads, and proposes what it finds."
LOGIN, ADDRESSES = "host.ssh", "host.addresses"
NO_LOGIN = "○ To look at the host, say first how you log in to it."


def is_worth_a_look(draft: Draft) -> bool:
    """Whether to offer a look: not to whoever typed the address, nor once it was looked at, nor on this computer, seen already.

    An address that is still a preset's example was typed by nobody; a login that is one leads nowhere.
    """
    theirs = {path for path, _ in examples(draft.document, draft.preset)}
    address_was_typed = value_at(draft.document, ADDRESSES) is not None and ADDRESSES not in {*draft.taken, *theirs}
    is_elsewhere = value_at(draft.document, LOGIN) != LOCAL and LOGIN not in theirs
    return not address_was_typed and draft.known_host is None and is_elsewhere


def looked_text(draft: Draft) -> str:
    """What a look found, in a line or two."""
    host = draft.known_host
    if host is None:
        return ""
    name, system = host_name(draft.document, host), host.system.name or host.system.kernel
    real = [(device, items) for device, items in host.interfaces.items() if not is_virtual(device)]
    where = ", ".join(f"{' '.join(str(item) for item in items if item.version == 4) or items[0]} on {device}" for device, items in real)
    keepers = sorted({host.keepers[device] for device in host.interfaces if device in host.keepers})
    where = f"{where or 'no address'}{', run by ' + ' and '.join(keepers) if keepers else ''}"
    differ = any(problem.code == HOST_DIFFERS for problem in draft.problems_under("host", "site"))
    lines = [f"✓ looked at {name}: {system}, {where}"]
    return "\n".join([*lines, "! Some answers differ from what it shows; see beside them, and on the page before."] if differ else lines)
