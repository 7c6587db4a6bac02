"""What a saved site's files held at one moment, to see later whether they changed; `wgwizard.profiles.stamps` takes one."""

from msgspec import Struct


class Stamp(Struct, frozen=True):
    """The SHA-256 of a site file, its lock and its secrets; `None` for a file that was not there."""

    site: str | None = None
    lock: str | None = None
    secrets: str | None = None
