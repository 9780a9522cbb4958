"""Events that bar a grade (一票否决)."""

from collections.abc import Collection, Iterable

from scoring.rules.scheme import Veto


def holding(vetoes: Iterable[Veto], flags: Collection[str]) -> Veto | None:
    """Return the first veto in file order that holds, None when none does.

    ``flags`` are the codes that hold for the subject: vetoes, and what lifts them.
    """
    for veto in vetoes:
        if veto.code in flags and (veto.unless is None or veto.unless not in flags):
            return veto
    return None
