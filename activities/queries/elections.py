"""Elections of a meeting: candidates by strokes, the count with its arithmetic, what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from activities.models import Activity, Candidate, Election, Teller
from activities.queries import votes as vote_queries
from activities.queries.votes import Meeting
from activities.rules import elections
from activities.rules.elections import Count, ElectionState, Office, Outcome, TellerDuty
from activities.rules.votes import Check
from activities.wording import elections as wording
from branches.scope import Scope


@dataclass(frozen=True, slots=True)
class Standing:
    """One candidate with the arithmetic of his votes ("" before the count)."""

    candidate: Candidate
    name: str
    words: str
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One election as its page and the minutes show it."""

    election: Election
    standings: tuple[Standing, ...]
    quorum: str
    papers: str
    open_seats: int
    is_tied: bool
    elected: tuple[str, ...]
    supervisors: tuple[str, ...]
    counters: tuple[str, ...]

    @property
    def is_counted(self) -> bool:
        return bool(self.election.state == ElectionState.COUNTED)

    @property
    def needs_more(self) -> bool:
        """Whether another ballot, or fewer seats, is still to come."""
        return (
            (self.open_seats > 0 or self.election.state == ElectionState.ANNULLED)
            and not self.election.fewer_seats_consent
            and not self.election.revotes.all()
        )

    @property
    def result(self) -> str:
        """The result in one sentence."""
        if self.election.state == ElectionState.ANNULLED:
            return "选举无效，应重新投票。"
        if not self.is_counted:
            return "还没有计票。"
        chosen = f"当选：{'、'.join(self.elected)}。" if self.elected else "无人当选。"
        if not self.open_seats:
            return chosen
        if self.election.fewer_seats_consent:
            return (
                f"{chosen}还缺 {self.open_seats} 名，经同意减少名额："
                f"{self.election.fewer_seats_consent}。"
            )
        if self.is_tied:
            names = "、".join(each.name for each in self.standings if each.candidate.is_tied)
            return (
                f"{chosen}{names}票数相等，还有 {self.open_seats} 个名额不能确定，"
                "应就票数相等的人再次投票。"
            )
        return f"{chosen}还缺 {self.open_seats} 名，应另行选举，或经半数以上选举人同意减少名额。"


def checks(
    meeting: Meeting, office: Office, *, seats: int, candidates: int, is_revote: bool = False
) -> list[Check]:
    """Return what the regulations ask of an election before it is held (M16, E5)."""
    rule = meeting.rules.get("E5")
    percent = int(rule.parameters.get("percent", 20)) if rule else 20
    return [
        elections.fit(office, meeting.kind, has_committee=meeting.has_committee),
        elections.enough_candidates(
            office, seats=seats, candidates=candidates, percent=percent, is_revote=is_revote
        ),
    ]


def quorum(meeting: Meeting) -> Check:
    """Return whether enough are present to elect (E3)."""
    rule = meeting.rules.get("E3")
    return elections.quorum(
        due=meeting.electorate.due,
        present=meeting.electorate.present,
        is_strict=bool(rule and rule.parameters.get("strict")),
    )


def with_persons() -> QuerySet[Election]:
    """Return elections with candidates, tellers and further ballots (six queries in all)."""
    candidates = Candidate.objects.select_related("member").defer(
        "member__id_number", "member__phone"
    )
    tellers = Teller.objects.select_related("member").defer("member__id_number", "member__phone")
    return Election.objects.select_related("activity__organization__parent").prefetch_related(
        Prefetch("candidates", candidates),
        Prefetch("tellers", tellers),
        "revotes",
        "revote_of__candidates",
    )


def of_activity(activity: Activity) -> list[Shown]:
    """Return the elections of a meeting in their order (at most seven queries)."""
    rows = list(with_persons().filter(activity=activity).order_by("pk"))
    if not rows:
        return []
    strict = _is_strict(activity)
    return [_shown(row, strict) for row in rows]


def shown(election: Election) -> Shown:
    """Return one election, read by ``with_persons`` (one query more)."""
    return _shown(election, _is_strict(election.activity))


def unreported(scope: Scope) -> QuerySet[Election]:
    """Return elections of closed records that chose somebody and are not reported, oldest first,
    with their meetings.
    """
    chosen = Candidate.objects.filter(election=OuterRef("pk"), is_elected=True)
    rows = Election.objects.filter(
        Exists(chosen),
        activity__in=Activity.objects.in_scope(scope).closed(),
        reported_on__isnull=True,
    )
    return rows.select_related("activity").order_by("activity__held_on", "pk")


def is_among_tied(election: Election) -> bool:
    """Return whether this ballot decides a tie: then most votes are enough (E10)."""
    return election.revote_of is not None and any(
        each.is_tied for each in election.revote_of.candidates.all()
    )


def next_ballot(election: Election) -> tuple[int, list[int]]:
    """Return seats and members of the ballot that must follow; no seats where none must.

    An annulled ballot is taken again as it was. Whoever was merely written in and got no majority
    does not stand again by himself.
    """
    rows = list(election.candidates.all())
    if election.state == ElectionState.ANNULLED:
        return election.seats, [row.member_id for row in rows if not row.is_written_in]
    elected = frozenset(row.member_id for row in rows if row.is_elected)
    tied = frozenset(row.member_id for row in rows if row.is_tied)
    stood = [
        Count(row.member_id, row.yes or 0)
        for row in rows
        if not row.is_written_in or row.is_tied or row.is_elected
    ]
    result = Outcome(elected, tied, election.seats - len(elected))
    seats, members = elections.again(stood, result)
    return seats, [row.member_id for row in rows if row.member_id in members]


def written(activity: Activity) -> list[tuple[str, str]]:
    """Return what the minutes say of elections: heading and text for each ballot.

    A fixed number of queries; none for a meeting that decides nothing.
    """
    if not vote_queries.may_decide(activity):
        return []
    return [(f"选举：{each.election.title}", _text(each)) for each in of_activity(activity)]


def _text(each: Shown) -> str:
    election = each.election
    lines = [
        f"应选{wording.OFFICES[Office(election.office)]} {election.seats} 名，"
        f"候选人 {sum(not row.candidate.is_written_in for row in each.standings)} 名，无记名投票。",
        f"监票人：{'、'.join(each.supervisors)}。"
        + (f"计票人：{'、'.join(each.counters)}。" if each.counters else ""),
    ]
    if election.state != ElectionState.PREPARED:
        lines += [f"{each.quorum}。", f"{each.papers}。"]
    if each.is_counted:
        lines += [
            f"{row.name}{'（另选）' if row.candidate.is_written_in else ''}：赞成 "
            f"{row.candidate.yes} 票，不赞成 {row.candidate.no} 票，弃权 "
            f"{row.candidate.abstain} 票；{row.words}。"
            for row in each.standings
        ]
    return "\n".join([*lines, each.result])


def _is_strict(activity: Activity) -> bool:
    rule = vote_queries.rules_of(activity).get("E3")
    return bool(rule and rule.parameters.get("strict"))


def _shown(election: Election, strict: bool) -> Shown:
    candidates = list(election.candidates.all())
    tellers = list(election.tellers.all())
    is_open = election.state == ElectionState.PREPARED
    elected = tuple(each.member.name for each in candidates if each.is_elected)
    quorum_words = papers_words = ""
    if not is_open:
        assert election.due is not None and election.present is not None
        assert election.issued is not None and election.returned is not None
        quorum_words = elections.quorum(
            due=election.due, present=election.present, is_strict=strict
        ).words
        papers_words = elections.papers(issued=election.issued, returned=election.returned).words
        if election.void:
            papers_words += f"，其中无效票 {election.void} 张"
    return Shown(
        election=election,
        standings=tuple(_standing(election, each) for each in candidates),
        quorum=quorum_words,
        papers=papers_words,
        open_seats=election.seats - len(elected) if election.state == ElectionState.COUNTED else 0,
        is_tied=any(each.is_tied for each in candidates),
        elected=elected,
        supervisors=_names(tellers, TellerDuty.SUPERVISOR),
        counters=_names(tellers, TellerDuty.COUNTER),
    )


def _standing(election: Election, candidate: Candidate) -> Standing:
    name = candidate.member.name
    if election.state != ElectionState.COUNTED or candidate.yes is None or not election.present:
        return Standing(candidate, name, "", "", "")
    if is_among_tied(election):
        words = f"赞成 {candidate.yes} 票；上一次投票已超过实到的一半，这一次得票多的当选"
    else:
        words = elections.standing(yes=candidate.yes, present=election.present)
    if candidate.is_elected:
        return Standing(candidate, name, words, "当选", "ok")
    if candidate.is_tied:
        return Standing(candidate, name, words, "票数相等", "warn")
    if not is_among_tied(election) and elections.is_chosen(
        yes=candidate.yes, present=election.present
    ):
        words += "，但赞成票少于当选的人"
    return Standing(candidate, name, words, "未当选", "")


def _names(tellers: list[Teller], duty: TellerDuty) -> tuple[str, ...]:
    return tuple(each.member.name for each in tellers if each.duty == duty)
