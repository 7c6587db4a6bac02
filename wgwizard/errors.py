"""The errors that the shell raises; each carries what to do next and the exit code of the command line."""

from enum import IntEnum

from wgwizard.problems import Problem


class ExitCode(IntEnum):
    """What the process says when it ends (a contract with scripts)."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    REFUSED = 3
    REMOTE = 4
    DIFFERENT = 5
    CANCELLED = 130
    TERMINATED = 143


class WgwizardError(Exception):
    """Something went wrong that a person can do something about."""

    exit_code = ExitCode.FAILURE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(WgwizardError):
    """The command line cannot be understood, or input is needed and there is no terminal."""

    exit_code = ExitCode.USAGE


class SiteRefusedError(WgwizardError):
    """The site file is refused, or no strategy fits: `problems` says every reason."""

    exit_code = ExitCode.REFUSED

    def __init__(self, message: str, problems: tuple[Problem, ...], hint: str = "") -> None:
        super().__init__(message, hint)
        self.problems = problems


class RemoteError(WgwizardError):
    """The host could not be reached, refused us, or did not do what was asked."""

    exit_code = ExitCode.REMOTE


class CancelledError(WgwizardError):
    """The person said no."""

    exit_code = ExitCode.CANCELLED
