"""The trace as the rows of a text: what many points that are treated alike have in common stands there once; pure."""

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from wgwizard.following.connections import shown
from wgwizard.trace import Reach

FEW = 12  # up to so many points each has rows of its own


class Told(Struct, frozen=True):
    """A row: who opens to whom, and the source address that the far side sees, "—" where nothing comes back; for `reach` and its like."""

    origin: str
    target: str
    seen: str
    reach: Reach


def told(reaches: Iterable[Reach]) -> Iterator[Told]:
    """A row for each reach, in their order; of more than a few that only their points tell apart, one for all at the first's place."""
    every = list(reaches)
    alike = Counter(reach.shape for reach in every)
    done: set[int] = set()
    for reach in every:
        if alike[reach.shape] <= FEW:
            yield _row(reach, reach.point, str(reach.address))
        elif reach.shape not in done:
            done.add(reach.shape)
            yield _row(reach, f"each of {alike[reach.shape]} points", "its own address")


def _row(reach: Reach, who: str, address: str) -> Told:
    """With `who` in place of the point, and `address` in place of its own."""
    origin, target = (who if end == reach.point else shown(end) for end in (reach.origin, reach.target))
    seen = reach.source_seen
    return Told(origin, target, "—" if seen is None else address if seen is reach.address else str(seen), reach)
