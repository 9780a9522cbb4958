"""Appeals (申诉): who waits for an answer, and what the run had counted."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q, QuerySet

from branches.models import User
from branches.scope import Scope
from scoring.models import Appeal, Line, Round, Score
from scoring.queries import rounds, schemes
from scoring.rules.rounds import CORRECTABLE, AppealState
from scoring.rules.scheme import Item, Scheme

Counted = tuple[Decimal, Decimal | None]


def of_round(round_: Round) -> QuerySet[Appeal]:
    """Return a round's appeals in the order they were filed."""
    return _with_people(Appeal.objects.filter(round=round_)).order_by("id")


def waiting(scope: Scope) -> QuerySet[Appeal]:
    """Return the appeals that committees in ``scope`` have to answer, the most urgent first."""
    return _with_people(
        Appeal.objects.unanswered().filter(
            scope.q("round__committee__path"), round__state__in=CORRECTABLE
        )
    ).order_by("due_on", "id")


def opinions_wanted(scope: Scope, user: User) -> QuerySet[Appeal]:
    """Return the waiting appeals of members in ``scope`` on which their branch has said nothing.

    Not one's own, and not those that ``scope`` has to answer itself.
    """
    return (
        _with_people(
            Appeal.objects.unanswered()
            .in_scope(scope)
            .filter(member__isnull=False, opinion="", round__state__in=CORRECTABLE)
        )
        .exclude(scope.q("round__committee__path"))
        .exclude(Q(filed_by=user) | Q(member__user=user))
        .order_by("due_on", "id")
    )


def of_score(round_: Round, score: Score) -> dict[str, Appeal]:
    """Return the last appeal to each line of a subject, by item code; not what was withdrawn.

    With ``correction`` loaded where there is one (one query).
    """
    found = (
        Appeal.objects.filter(
            round=round_, organization=score.organization_id, member=score.member_id
        )
        .exclude(state=AppealState.WITHDRAWN)
        .select_related("correction")
        .order_by("id")
    )
    return {one.item_code: one for one in found}


def mine(user: User) -> QuerySet[Appeal]:
    """Return the appeals somebody filed, and those about their own points, newest first."""
    return _with_people(Appeal.objects.filter(Q(filed_by=user) | Q(member__user=user))).order_by(
        "-filed_at", "-id"
    )


def _with_people(appeals: QuerySet[Appeal]) -> QuerySet[Appeal]:
    return appeals.select_related(
        "round__run__version",
        "round__committee",
        "organization",
        "member",
        "filed_by",
        "opinion_by",
        "answered_by",
    ).defer("member__id_number", "member__phone")


def subject_of(appeal: Appeal) -> str:
    """Return the name of whom an appeal is about."""
    return appeal.member.name if appeal.member else appeal.organization.short_name


def counted(appeal: Appeal) -> Counted | None:
    """Return quantity and base of the line in the run the round stands on (one query).

    None: the run has no such line; of a veto it never has.
    """
    return (
        Line.objects.filter(
            run=appeal.round.run_id,
            subject_id=appeal.member_id or appeal.organization_id,
            item__code=appeal.item_code,
        )
        .values_list("quantity", "base")
        .first()
    )


def score_of(appeal: Appeal) -> Score | None:
    """Return the score an appeal is about, as the round stands (one query)."""
    return rounds.score_of(appeal.round, appeal.organization, appeal.member)


def item_of(appeal: Appeal) -> Item | None:
    """Return the rule of the item an appeal is about; None: it is about a veto."""
    scheme = schemes.scheme_of(appeal.round.run.version)
    return next((item for item in scheme.items if item.code == appeal.item_code), None)


def takes_base(item: Item) -> bool:
    """Return whether the points of an item depend on what was due as well."""
    return item.rule == "share" or (item.rule == "band" and item.of == "ratio")


def title_of(scheme: Scheme, score: Score, code: str) -> str | None:
    """Return the words for a line of a score that can be appealed to; None: it has no such line.

    A veto's code names a line while that veto, or one of the same label, holds.
    """
    for item in scheme.items:
        if item.code == code and item.applies_to(score.comparison_group):
            return item.title
    for veto in scheme.vetoes:
        if veto.code == code and score.veto == veto.label:
            return f"一票否决：{veto.title}"
    return None


def is_as_counted(
    item: Item, counted: Counted | None, quantity: Decimal | None, base: Decimal | None
) -> bool:
    """Return whether a fact is the very one that was counted."""
    before = counted or (None, None)
    if item.rule in ("each", "deduct"):  # for these nothing recorded and 0 are the same
        return (quantity or 0) == (before[0] or 0)
    if not takes_base(item) or quantity is None:
        return quantity == before[0]
    return (quantity, base) == before
