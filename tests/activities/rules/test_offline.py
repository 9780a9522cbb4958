"""What a roll taken without a connection comes to."""

import pytest

from activities.rules.offline import Conflict, merge

U, P, L, A = "UNMARKED", "PRESENT", "LATE", "ABSENT"


@pytest.mark.parametrize(
    ("base", "device", "server", "outcome"),
    [
        (U, P, U, P),  # nothing stands here yet
        (U, P, P, P),  # the same on both sides
        (A, P, A, P),  # nothing has changed here since
        (A, P, U, P),  # here it was taken back
        (U, P, A, Conflict(P, A)),
        (A, P, L, Conflict(P, L)),
        (U, U, A, None),  # the device says nothing
        (A, A, P, None),
        (None, P, U, P),  # unknown at the start: unmarked
        (None, U, A, None),
        (P, U, P, U),  # taken back on the device
        (P, U, A, Conflict(U, A)),
    ],
)
def test_one_person(base, device, server, outcome):
    found = merge(base={} if base is None else {1: base}, marks={1: device}, server={1: server})

    taken = {1: outcome} if isinstance(outcome, str) else {}
    conflicts = {1: outcome} if isinstance(outcome, Conflict) else {}
    assert (found.taken, found.conflicts, found.strangers) == (taken, conflicts, ())


def test_who_is_no_longer_on_the_roll_is_named():
    found = merge(base={2: A}, marks={1: P, 2: A, 3: P}, server={3: U})

    assert (found.taken, found.conflicts, found.strangers) == ({3: P}, {}, (1,))
