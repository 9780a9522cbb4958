"""Why a step on a record cannot be done."""

from __future__ import annotations


class Refused(Exception):
    """The step cannot be done; the text says why and how to mend it, in Chinese."""


class CannotHold(Refused):
    """This organisation does not hold this kind of activity, or not on that day."""


class AlreadyLogged(Refused):
    """A record of the same kind, place and hour exists."""


class TooEarly(Refused):
    """The day of the activity has not come."""


class NotBegun(TooEarly):
    """The day has come but not the hour: whoever says that it was held earlier may go on."""


class RollIncomplete(Refused):
    """Somebody on the roll has no mark; ``names`` says who."""

    def __init__(self, text: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.names = names


class RecordEmpty(Refused):
    """Nothing was written down."""
