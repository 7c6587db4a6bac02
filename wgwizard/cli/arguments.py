"""The command line's words and options; imports nothing heavy, so that --help answers at once."""

import argparse
from collections.abc import Sequence

from wgwizard import __version__

VERBS = {
    "new": "the wizard: questions, preview, apply (also without any word)",
    "presets": "list the presets, or print one",
    "recommend": "the strategies ranked, with reasons",
    "plan": "every file for every node, and who reaches whom",
    "rehearse": "prove the plan in a replica of the site, in namespaces of this machine",
    "apply": "put the plan on Host β, with a way back",
    "status": "what is applied on Host β, what differs from it, and when each point was last heard of",
    "rollback": "one step back on Host β, to what stood there before the last apply",
    "uninstall": "take everything off Host β again",
    "qr": "a point's file as a QR code, for the WireGuard app of a phone",
    "secrets": "whose keys lie sealed beside a site; join another's, change the passphrase",
    "schema": "the JSON Schema of the site file",
    "completion": "what makes a shell complete our words",
}
LINUX_FORMS = ("wg-quick", "networkd", "NetworkManager")  # render.forms.Form
SHELLS = ("bash", "zsh", "fish")
_ENDINGS = (".yaml", ".yml")
WHY_ENDING = "a site's file ends in .yaml, for that is what `wgwizard NAME` opens"
_GLOBAL = ("--no-color", "--ascii", "-h", "--help", "--version")
EPILOG = (
    "wgwizard SITE.yaml opens the wizard on a saved site. "
    "Exit codes: 0 ok, 1 failure, 2 usage or no terminal, 3 site refused or no strategy fits, 4 remote, 5 differences found."
)


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line as a namespace with `verb`; exits with 2 where it cannot be understood, with 0 after --help and --version."""
    words = list(words)
    place = next((place for place, word in enumerate(words) if word not in _GLOBAL), len(words))
    first = words[place] if place < len(words) else None
    if first is None or first.startswith("-"):
        if not {"-h", "--help", "--version"} & set(words[:place]):
            words.insert(place, "new")
    elif is_file(first):
        words[place : place + 1] = ["new", "--site", first]
    elif first not in VERBS:
        parser().error(_unknown(first))
    return parser(words[place] if place < len(words) else None).parse_args(words)


def is_file(word: str) -> bool:
    """Whether a first word is a site file and no verb."""
    return "/" in word or word.endswith(_ENDINGS)


def good_name(path: str) -> str:
    """The nearest path that names a site's file: this one where it ends as such a file does, else without what follows that end."""
    if path.endswith(_ENDINGS):
        return path
    folder, slash, name = path.rstrip("/").rpartition("/")
    cut = next((name[: place + len(ending)] for ending in _ENDINGS if (place := name.find(ending)) > 0), "")
    bare = name.rpartition(".")[0] or name
    return f"{folder}{slash}{cut or f'{bare}.yaml'}"


def _unknown(word: str) -> str:
    import difflib

    near = difflib.get_close_matches(word, VERBS, n=1)
    suggestion = f"did you mean “{near[0]}”?" if near else f"the verbs are {', '.join(VERBS)}"
    return f"“{word}” is no verb; {suggestion} (a site file has a / in it or ends in .yaml)"


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """The whole command line, as --help, the man page and the completions show it; with `only` the one verb that is to be understood."""
    about = "Describe a site, get a WireGuard strategy with reasons, see every rule, put it on Host β."
    whole = argparse.ArgumentParser(prog="wgwizard", description=about, epilog=EPILOG, allow_abbrev=False)
    whole.add_argument("--version", action="version", version=f"wgwizard {__version__}")
    whole.add_argument("--no-color", action="store_true", help="no colour (NO_COLOR does the same)")
    whole.add_argument("--ascii", action="store_true", help="only ASCII signs, as on terminals that show no others (WGWIZARD_ASCII=1 too)")
    verbs = whole.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, add in _ADD.items() if only is None else ((only, _ADD[only]),):
        one = verbs.add_parser(verb, help=VERBS[verb], description=VERBS[verb], allow_abbrev=False)
        for everywhere in ("--no-color", "--ascii"):
            one.add_argument(everywhere, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        add(one)
    return whole


def _add_new(new: argparse.ArgumentParser) -> None:
    new.add_argument("--site", help=argparse.SUPPRESS)
    new.add_argument("--preset", metavar="NAME", help="begin with this preset (wgwizard presets)")
    new.add_argument("--plain", action="store_true", help="as a conversation, for screen readers and simple terminals")
    new.add_argument("-o", "--output", metavar="SITE.yaml", help="where to save (default: ./NAME.yaml)")
    _add_connection(new)


def _add_presets(presets: argparse.ArgumentParser) -> None:
    presets.add_argument("name", nargs="?", help="the preset to print")


def _add_recommend(recommend: argparse.ArgumentParser) -> None:
    recommend.add_argument("site", metavar="SITE.yaml")
    recommend.add_argument("--json", action="store_true", help="one JSON object")


def _add_rehearse(rehearse: argparse.ArgumentParser) -> None:
    rehearse.add_argument("site", metavar="SITE.yaml")
    rehearse.add_argument("--json", action="store_true", help="one JSON object")


def _add_plan(plan: argparse.ArgumentParser) -> None:
    plan.add_argument("site", metavar="SITE.yaml")
    plan.add_argument("--json", action="store_true", help="one JSON object")
    plan.add_argument("-o", "--output", metavar="DIR", help="write every complete file below DIR/NODE/")
    plan.add_argument(
        "--linux-points",
        choices=LINUX_FORMS,
        default=LINUX_FORMS[0],
        help="with -o: for which program the files of Linux points are (default: wg-quick)",
    )
    plan.add_argument("--reveal-secrets", action="store_true", help="print private and preshared keys (needs --passphrase-file)")
    _add_passphrase(plan)


def _add_apply(apply: argparse.ArgumentParser) -> None:
    apply.add_argument("site", metavar="SITE.yaml")
    apply.add_argument("--dry-run", action="store_true", help="only show what would change; exit code 5 where something would")
    _add_passphrase(apply)
    _add_remote(apply)
    _add_change(apply)


def _add_status(status: argparse.ArgumentParser) -> None:
    _add_standing(status)
    status.add_argument("--json", action="store_true", help="one JSON object")
    status.set_defaults(yes=False)
    status.add_argument(
        "--prove",
        action="store_true",
        help="also try from Host β to connect to whatever the points may reach, and say why where that fails",
    )


def _add_on_host(verb: argparse.ArgumentParser) -> None:
    """Rollback and uninstall."""
    _add_standing(verb)
    _add_change(verb)


def _add_standing(verb: argparse.ArgumentParser) -> None:
    """What is about a tunnel that stands on the host, whether its site's file is here or not."""
    verb.add_argument("site", metavar="SITE.yaml", nargs="?", help="may be left out with --ssh")
    verb.add_argument("--interface", help="the tunnel's interface (default: the site's, else wg0)")
    _add_remote(verb)


def _add_qr(qr: argparse.ArgumentParser) -> None:
    qr.add_argument("site", metavar="SITE.yaml")
    qr.add_argument("point", metavar="POINT", help="the point's name")
    qr.add_argument("-o", "--output", metavar="FILE.png", help="save it as an image (.png or .svg) that only you can read")
    _add_passphrase(qr)


def _add_secrets(secrets: argparse.ArgumentParser) -> None:
    secrets.add_argument("site", metavar="SITE.yaml")
    secrets.add_argument("--join", metavar="OTHER.secrets", help="add the keys that lie sealed in another file")
    secrets.add_argument("--join-passphrase-file", metavar="FILE", help="file with the other's passphrase, or a file descriptor's number")
    secrets.add_argument("--change-passphrase", action="store_true", help="ask for a new passphrase and seal with it")
    secrets.add_argument("--new-passphrase-file", metavar="FILE", help="file with the new passphrase, or a file descriptor's number")
    _add_passphrase(secrets)


def _add_schema(schema: argparse.ArgumentParser) -> None:
    schema.set_defaults(json=True)


def _add_completion(completion: argparse.ArgumentParser) -> None:
    completion.add_argument("shell", choices=SHELLS, help="which shell; docs/commands.md says where the text goes")


def _add_remote(verb: argparse.ArgumentParser) -> None:
    about = "[user@]host[:port], a name of ~/.ssh/config, or local on Host β itself (default: host.ssh of the site)"
    verb.add_argument("--ssh", metavar="TARGET", help=about)
    _add_connection(verb)


def _add_change(verb: argparse.ArgumentParser) -> None:
    """What belongs to a change of the host."""
    verb.add_argument("--yes", action="store_true", help="do not ask whether the changes are wanted")
    verb.add_argument("--json", action="store_true", help="events as JSON lines")


def _add_connection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--identity", metavar="FILE", help="private SSH key")
    parser.add_argument("--known-hosts", metavar="FILE", help="known_hosts file (default: ssh's own)")
    parser.add_argument(
        "--accept-host-key",
        metavar="SHA256:…",
        action="append",
        default=[],
        help="take an unknown host key with this fingerprint; once more for a jump host's",
    )
    parser.add_argument("--key-passphrase-file", metavar="FILE", help="file with the SSH key's passphrase, or a file descriptor's number")
    parser.add_argument("--ssh-password-file", metavar="FILE", help="file with the login's password, or a file descriptor's number")
    parser.add_argument("--sudo-password-file", metavar="FILE", help="file with the sudo password, or a file descriptor's number")
    parser.add_argument(
        "--confirm-timeout", metavar="SECONDS", type=_seconds, default=90.0, help="undo unless confirmed within (default: 90)"
    )


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", metavar="FILE", help="file with the passphrase of NAME.secrets, or a file descriptor's number")


def _seconds(text: str) -> float:
    """A number of seconds that leaves time to connect afresh."""
    try:
        seconds = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of seconds") from None
    if not 10 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} seconds: between 10 and 3600 are possible")
    return seconds


_ADD = {
    "new": _add_new,
    "presets": _add_presets,
    "recommend": _add_recommend,
    "plan": _add_plan,
    "rehearse": _add_rehearse,
    "apply": _add_apply,
    "status": _add_status,
    "rollback": _add_on_host,
    "uninstall": _add_on_host,
    "qr": _add_qr,
    "secrets": _add_secrets,
    "schema": _add_schema,
    "completion": _add_completion,
}
