"""Moments in the words of a person: "yesterday 14:05"; pure."""

from datetime import datetime

_WEEK = 7
_JUST_NOW = 90  # seconds


def moment_text(then: datetime, now: datetime) -> str:
    """When `then` was, seen from `now`; both with their time zone, said in the zone of `now`."""
    there = then.astimezone(now.tzinfo)
    if 0 <= (now - there).total_seconds() < _JUST_NOW:
        return "just now"
    clock = f"{there:%H:%M}"
    days = (now.date() - there.date()).days
    if days == 0:
        return f"today {clock}"
    if days == 1:
        return f"yesterday {clock}"
    return f"{there:%A} {clock}" if 1 < days < _WEEK else f"{there:%Y-%m-%d} {clock}"
