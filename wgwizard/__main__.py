"""The composition root: the only file that joins front ends, SSH and core. Heavy imports wait until a verb needs them."""

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType, TracebackType

from wgwizard.cli import arguments, streams

# What typing.TYPE_CHECKING is, without the import of typing, which --help would wait for.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from wgwizard.errors import WgwizardError
    from wgwizard.sitefile.yamltext import Document
    from wgwizard.surroundings import Surroundings


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code (errors.ExitCode)."""
    # Imports, and one way from a site to its files, leave nothing to collect; looking for it would take a third of the time.
    gc.disable()
    streams.prepare()
    sys.excepthook = _say_crash
    options = arguments.parse(sys.argv[1:] if words is None else words)
    from wgwizard.picture.canvas import Charset
    from wgwizard.picture.terminal import charset_of

    if options.no_color:
        os.environ["NO_COLOR"] = "1"
    if options.ascii:
        os.environ["WGWIZARD_ASCII"] = "1"  # wgwizard.picture.terminal reads it
    if charset_of(os.environ) is Charset.ASCII:
        streams.only_ascii(data=getattr(options, "json", False))
    signal.signal(signal.SIGTERM, _terminated)
    from wgwizard.errors import ExitCode, WgwizardError

    try:
        return int(_run(options))
    except WgwizardError as problem:
        _say_error(problem, options)
        return int(problem.exit_code)
    except KeyboardInterrupt:
        _say("× cancelled")
        return int(ExitCode.CANCELLED)
    except BrokenPipeError:
        # Whoever read our output has gone; what is still buffered must not raise again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.FAILURE)
    except OSError as problem:
        _say(f"× {f'{problem.filename}: ' if problem.filename else ''}{problem.strerror or type(problem).__name__}")
        return int(ExitCode.FAILURE)
    finally:
        gc.enable()
        if words is None:  # the process ends, and the interpreter would look through all that is left once more
            gc.freeze()


def _run(options: argparse.Namespace) -> int:
    """One verb."""
    if options.verb == "new":
        return _wizard(options)
    from wgwizard.cli import verbs

    if options.verb in verbs.VERBS:
        return verbs.VERBS[options.verb](options)
    if options.verb in ("qr", "secrets"):
        from wgwizard.cli import handing

        return handing.VERBS[options.verb](options)
    from wgwizard.cli import remote
    from wgwizard.host.connector import SshConnector

    gc.enable()
    return remote.VERBS[options.verb](options, SshConnector())


def _wizard(options: argparse.Namespace) -> int:
    """The wizard in the front end that fits the terminal: from nothing, from a preset, or on a saved site."""
    from wgwizard.cli.front_end import FrontEnd, front_end

    _check_output(options.output)
    chosen = front_end(options, os.environ)
    if chosen is not FrontEnd.SCREENS:
        return _conversation(options, menus=chosen is FrontEnd.MENUS)
    from screens.app import run_wizard
    from wgwizard.cli.login import login
    from wgwizard.host.late import LateConnector

    document, own = _preset(options), login(options, address="")
    gc.freeze()
    return run_wizard(
        LateConnector(), site_path=options.site, document=document, output=options.output, login=own, look_around=_looks_around()
    )


def _check_output(path: str | None) -> None:
    """Refuse a name that the site could not be saved under, before anything is asked; one without any end is given the usual one."""
    if path is not None and "." in path.rpartition("/")[2] and (good := arguments.good_name(path)) != path:
        from wgwizard.errors import UsageError

        raise UsageError(f"-o {path}: {arguments.WHY_ENDING}", f"give a name such as {good}")


def _conversation(options: argparse.Namespace, *, menus: bool) -> int:
    """The wizard as a conversation, with menus or with numbered choices."""
    from wgwizard.cli.login import login
    from wgwizard.host.late import LateConnector
    from wgwizard.prompts import converse
    from wgwizard.prompts.menus import MenuTalk
    from wgwizard.prompts.numbered import NumberedTalk
    from wgwizard.wizard.tools import Tools

    gc.enable()
    signal.signal(signal.SIGHUP, _terminated)
    tools = Tools(LateConnector(), options.output, login(options, address=""), look_around=_looks_around())
    draft = converse(MenuTalk() if menus else NumberedTalk(), tools, site_path=options.site, document=_preset(options))
    _say(f"Everything is saved in {draft.path}.")
    return 0


def _looks_around() -> "Callable[[], Surroundings] | None":
    """What looks at this machine; nothing where WGWIZARD_LOOK=no says so."""
    return None if os.environ.get("WGWIZARD_LOOK") == "no" else _look_around


def _look_around() -> "Surroundings":
    """What this machine shows; imported in the thread that looks, behind the first page."""
    from wgwizard.looking_around import look_around

    return look_around()


def _preset(options: argparse.Namespace) -> "Document | None":
    """The document of --preset."""
    if options.preset is None:
        return None
    import presets
    from wgwizard.sitefile import yamltext

    return yamltext.parse(presets.load(options.preset).text.encode())[0]


def _terminated(number: int, _: FrameType | None) -> None:
    """SIGTERM: leave through every `finally`, with the code that a shell expects."""
    sys.exit(128 + number)


def _say_error(problem: "WgwizardError", options: argparse.Namespace) -> None:
    """An error in words, with every problem of a refused site and what to do; as JSON too where that was asked for."""
    from wgwizard.cli import output
    from wgwizard.errors import ExitCode, SiteRefusedError

    refused = problem.problems if isinstance(problem, SiteRefusedError) else ()
    if getattr(options, "json", False):
        write = output.to_json_line if options.verb in ("apply", "rollback", "uninstall") else output.to_json
        print(write(output.error_document(problem, refused)), flush=True)  # noqa: T201 - data
    # A refusal for one reason has that reason as its message; what a person ended is no failure.
    sign = "○" if problem.exit_code is ExitCode.CANCELLED else "×"
    if [one.message for one in refused] != [problem.message]:
        _say(f"{sign} {problem.message}")
    for one in refused:
        _say(output.problem_text(one))
    if problem.hint and not refused:
        _say(f"    {problem.hint}")


def _say_crash(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """An error of the program's own: where it arose, without messages and values, for both may hold secrets."""
    import traceback

    places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
    _say(f"× wgwizard broke ({kind.__name__}). Please report these lines:", *places)


def _say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)  # noqa: T201 - words to the person


if __name__ == "__main__":
    sys.exit(main())
