"""What other pages say of the round their figures are in: its state, and where to appeal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.urls import reverse

from branches.access import Request
from branches.rules.roles import Capability
from scoring.models import Appeal, Round, Run, Score
from scoring.queries import appeals, schemes
from scoring.queries.rounds import SHOWN
from scoring.rules.rounds import APPEALABLE, AppealState, RoundState
from scoring.views.rounds import TONES

FILED = {
    AppealState.FILED: "已申诉",
    AppealState.UPHELD: "已更正",
    AppealState.REJECTED: "申诉已答复",
}


@dataclass(frozen=True, slots=True)
class AppealLink:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class RoundLink:
    """``url`` is empty for those who may not open it.

    ``appeal``: the id of the score to whose lines the person may appeal now, ``veto``: the code
    of the veto it shows; ``filed``: the appeals to its lines there are, by item code.
    """

    label: str
    tone: str
    url: str = ""
    appeal: int | None = None
    veto: str = ""
    filed: Mapping[str, AppealLink] = field(default_factory=dict)

    def appeal_to(self, code: str) -> AppealLink | None:
        """Return the way to the appeal to a line, or to filing one; None: there is neither."""
        if code in self.filed:
            return self.filed[code]
        if self.appeal is None:
            return None
        return AppealLink("申诉", reverse("appeal-new", kwargs={"pk": self.appeal, "item": code}))


def of_run(request: Request, run: Run, score: Score | None = None) -> RoundLink | None:
    """Return the state of the round a run is in, None without one (three queries at most).

    :param score: the score on the page; may the person appeal to its lines now, the link says.
    """
    round_ = (
        Round.objects.filter(run=run)
        .exclude(state=RoundState.WITHDRAWN)
        .select_related("committee")
        .first()
    )
    if round_ is None:
        return None
    state = RoundState(round_.state)
    label = round_.get_state_display()
    is_open = (
        state in APPEALABLE
        and round_.public_until is not None
        and request.today <= round_.public_until
    )
    if is_open:
        assert round_.public_until is not None
        label += f"至 {round_.public_until.month} 月 {round_.public_until.day} 日"
    appeal = None
    if is_open and score is not None and score.is_rated and not run.is_rolled_up:
        appeal = score.pk if _may_file(request, score) else None
    return RoundLink(
        label,
        TONES.get(state, "warn"),
        _url(request, round_, score),
        appeal,
        _veto(score) if score else "",
        _filed(round_, score) if score and round_.public_from else {},
    )


def _filed(round_: Round, score: Score) -> dict[str, AppealLink]:
    return {
        code: AppealLink(_label(one), reverse("appeal", kwargs={"pk": one.pk}))
        for code, one in appeals.of_score(round_, score).items()
    }


def _label(appeal: Appeal) -> str:
    state = AppealState(appeal.state)
    if state is AppealState.UPHELD and appeal.correction.run_id is None:
        return "正在更正"
    return FILED[state]


def _veto(score: Score) -> str:
    if not score.veto:
        return ""
    vetoes = schemes.scheme_of(score.run.version).vetoes
    return next((veto.code for veto in vetoes if veto.label == score.veto), "")


def _may_file(request: Request, score: Score) -> bool:
    if score.member is not None and score.member.user_id == request.user.pk:
        return True
    return request.grants.scope(Capability.FILE_APPEALS).reaches(score.organization.path)


def _url(request: Request, round_: Round, score: Score | None) -> str:
    scope = request.grants.scope(Capability.SEE_SCORES)
    if scope.reaches(round_.committee.path):
        return reverse("round", kwargs={"pk": round_.pk})
    is_own = (
        score is not None and score.member is not None and score.member.user_id == request.user.pk
    )
    state = RoundState(round_.state)
    shown = SHOWN if scope else SHOWN - {RoundState.COMMENTS}
    if state in shown and (scope or is_own):
        return reverse("round-notice", kwargs={"pk": round_.pk})
    return ""


def file_again(request: Request, appeal: Appeal, score: Score | None) -> str:
    """Return where the same line is appealed to once more; empty while nobody may."""
    round_ = appeal.round
    if (
        score is None
        or appeal.state not in (AppealState.UPHELD, AppealState.REJECTED)
        or RoundState(round_.state) not in APPEALABLE
        or round_.public_until is None
        or request.today > round_.public_until
        or appeals.title_of(schemes.scheme_of(round_.run.version), score, appeal.item_code) is None
        or Appeal.objects.unanswered()
        .filter(
            round=round_,
            organization=appeal.organization_id,
            member=appeal.member_id,
            item_code=appeal.item_code,
        )
        .exists()
    ):
        return ""
    files = request.grants.scope(Capability.FILE_APPEALS)
    is_about_them = appeal.member is not None and appeal.member.user_id == request.user.pk
    if not (is_about_them or files.reaches(appeal.organization.path)):
        return ""
    return reverse("appeal-new", kwargs={"pk": score.pk, "item": appeal.item_code})
