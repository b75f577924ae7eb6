"""The instants ahead at which a decision changes, or may."""

NEVER = 1 << 62


class Marks:
    """Keeps the least instant that surely changes the decision and the least that may."""

    __slots__ = ("maybe", "sure")

    def __init__(self) -> None:
        """Nothing is known to change."""
        self.sure = NEVER
        self.maybe = NEVER

    def surely(self, instant: int | None) -> None:
        """The decision is another one at this instant."""
        if instant is not None and instant < self.sure:
            self.sure = instant

    def perhaps(self, instant: int, after: int) -> None:
        """The decision may be another one at this instant, if it lies ahead of `after`."""
        if after < instant < self.maybe:
            self.maybe = instant
