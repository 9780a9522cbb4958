"""A fact entered in the instant a round opens: it counts, or is refused with the reason."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction

from branches.models import User
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from scoring.models import Line, PointEntry, Round, Run, SchemeVersion
from scoring.operations import entries, marks
from scoring.operations.rounds import open_round
from scoring.operations.runs import GATE_SPACE
from tests.conftest import set_up
from tests.scoring.grading import AUGUST, OPENED, STARS, adopt, begun, computed, moment, refused

ENTERED = OPENED - dt.timedelta(seconds=1)
DAY = dt.date(2026, 8, 20)
SEALED = "2026 年 8 月的结果已进入定评，不能再{}；有异议请在公示期间申诉，核实后按更正计分。"


def _mark(version: SchemeVersion, organization, by: User) -> None:
    marks.enter_sheet(
        version=version, organization=organization, period=AUGUST,
        marks={"files": (Decimal(90), "")}, by=by, at=ENTERED,
    )  # fmt: skip


def _slip(version: SchemeVersion, organization, by: User) -> PointEntry:
    return entries.enter(
        version=version, item_code="slips", member=None, organization=organization,
        quantity=Decimal(1), happened_on=DAY, evidence="事实", by=by, at=ENTERED,
    )  # fmt: skip


class Meanwhile(threading.Thread):
    """Somebody else's request, on a connection of its own; ``error``: why it was refused."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.work, self.error = work, None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except Exception as refusal:
            self.error = refusal
        finally:
            connection.close()

    def waits(self) -> bool:
        """Wait until it waits at the gate; False if it is through already."""
        while self.is_alive():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"
                    " AND classid = %s AND NOT granted)",
                    [GATE_SPACE],
                )
                if cursor.fetchone()[0]:
                    return True
            self.join(0.01)
        return False


@pytest.fixture
def month(transactional_db, at):
    """An August with one branch, computed before anything was entered: run, branch, inspector."""
    committee = set_up("QF", "党委", OrganizationKind.COMMITTEE, None, at)
    branch = set_up("QF01", "采煤党支部", OrganizationKind.BRANCH, committee, at)
    inspector = User.objects.create(username="inspector", name="检查人", created_at=at)
    return computed(adopt(committee, STARS)), branch, inspector


@pytest.mark.parametrize(("enter", "counted"), [(_mark, ("files", 90)), (_slip, ("slips", 1))])
def test_what_is_being_entered_when_a_round_opens_counts(month, enter, counted):
    run, branch, inspector = month
    with transaction.atomic():
        enter(run.version, branch, inspector)
        opening = Meanwhile(lambda: open_round(run=run, by=inspector, at=OPENED))
        assert opening.waits()
    opening.join()

    assert opening.error is None
    lines = Line.objects.filter(run=Round.objects.get().run)
    assert list(lines.values_list("item__code", "quantity")) == [counted]


@pytest.mark.parametrize(
    ("enter", "error", "text"),
    [
        (
            _mark,
            marks.PeriodSealed,
            "2026 年 8 月的结果已进入定评，不能再打分或改分；有异议请在公示期间申诉。",
        ),
        (_slip, entries.CannotEnter, SEALED.format("登记这一期的事实")),
    ],
)
def test_what_is_entered_while_a_round_opens_is_refused(month, enter, error, text):
    run, branch, inspector = month
    with transaction.atomic():
        open_round(run=run, by=inspector, at=OPENED)
        entering = Meanwhile(lambda: enter(run.version, branch, inspector))
        assert entering.waits()
    entering.join()

    assert (type(entering.error), str(entering.error)) == (error, text)


def test_two_enter_at_once(month):
    run, branch, inspector = month
    with transaction.atomic():
        _slip(run.version, branch, inspector)
        other = Meanwhile(lambda: _slip(run.version, branch, inspector))
        assert not other.waits()
    assert (other.error, PointEntry.objects.count()) == (None, 2)


@pytest.fixture
def august(committee, branch_a, person) -> tuple[Run, PointEntry, User]:
    version = adopt(committee, STARS)
    inspector = person(Role.REVIEWER, committee).user
    entry = _slip(version, branch_a, inspector)
    return computed(version), entry, inspector


def test_an_entry_of_a_round_is_not_taken_back(august):
    run, entry, inspector = august
    begun(run, inspector)

    with refused(entries.CannotVoid, SEALED.format("撤销这一期的登记")):
        entries.void(entry=entry, reason="误登", by=inspector, at=moment(9, 23))


def test_an_entry_is_taken_back_once(august):
    _, entry, inspector = august
    entries.void(entry=entry, reason="误登", by=inspector, at=moment(9, 23))

    with refused(entries.CannotVoid, "这条登记已经撤销过了。"):
        entries.void(entry=entry, reason="误登", by=inspector, at=moment(9, 23))


@pytest.mark.parametrize(("day", "is_refused"), [("2026-08-31", True), ("2026-09-01", False)])
def test_the_page_says_why_an_entry_is_refused(
    august, person, committee, branch_a, day, is_refused
):
    run, _, inspector = august
    begun(run, inspector)
    office = person(Role.REVIEWER, committee)

    page = office.post(
        f"/points/new/?target=organization&organization={branch_a.pk}",
        {"item": "stars/slips", "quantity": "1", "happened_on": day, "evidence": "照片为证"},
    )

    if is_refused:
        form = page.context["form"]
        assert form.errors == {"happened_on": [SEALED.format("登记这一期的事实")]}
        assert form["evidence"].value() == "照片为证"
    else:
        assert page.status_code == 302
    assert PointEntry.objects.count() == (1 if is_refused else 2)
