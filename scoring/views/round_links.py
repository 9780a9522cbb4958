"""What other pages say of the round their figures are in: its state, and where to appeal."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from branches.access import Request
from branches.rules.roles import Capability
from scoring.models import Round, Run, Score
from scoring.queries import schemes
from scoring.queries.rounds import SHOWN
from scoring.rules.rounds import APPEALABLE, RoundState
from scoring.views.rounds import TONES


@dataclass(frozen=True, slots=True)
class RoundLink:
    """``url`` is empty for those who may not open it.

    ``appeal``: the id of the score to whose lines the person may appeal now, ``veto``: the code
    of the veto it shows.
    """

    label: str
    tone: str
    url: str = ""
    appeal: int | None = None
    veto: str = ""


def of_run(request: Request, run: Run, score: Score | None = None) -> RoundLink | None:
    """Return the state of the round a run is in, None without one (two queries at most).

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
        _veto(score) if appeal and score else "",
    )


def _veto(score: Score) -> str:
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
