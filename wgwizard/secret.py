"""A secret that cannot be printed by accident."""

HIDDEN = "(hidden)"


class Secret:
    """Text that shows itself as "(hidden)" everywhere; only `reveal` gives it out.

    It compares by value, cannot be hashed, pickled or formatted, and has no `__dict__` for a crash screen to walk.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; call this only where it is written, sent or used."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")
