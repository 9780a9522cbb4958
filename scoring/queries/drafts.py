"""Drafts of schemes, and what the page of a draft says about it while it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from activities.rules.kinds import ActivityKind
from activities.wording import KINDS as ACTIVITY_KINDS
from branches.models import Organization
from branches.scope import Scope
from scoring.models import SchemeDraft, SchemeVersion
from scoring.queries import scheme_words, schemes
from scoring.rules import editing, feeds, reading, soundness
from scoring.rules.editing import Where
from scoring.rules.explaining import plain
from scoring.rules.scheme import ZERO, Item, Scheme

_ATTENDED = "attended."


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to mend, and the place where it is mended."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Check:
    """What the running check finds. ``rows``: part, its arithmetic, what it adds to the total.

    ``remarks`` keep the draft from being put into force, ``doubts`` do not.
    """

    rows: tuple[tuple[str, str, str], ...]
    total: str
    remarks: tuple[Remark, ...]
    doubts: tuple[Remark, ...]

    @property
    def is_clean(self) -> bool:
        return not self.remarks


def in_scope(scope: Scope) -> QuerySet[SchemeDraft]:
    """Return the drafts of the committees in scope, the latest saved first."""
    return SchemeDraft.objects.in_scope(scope).select_related("committee", "saved_by")


def listed(
    scope: Scope,
) -> tuple[list[SchemeDraft], list[tuple[SchemeDraft, SchemeVersion]]]:
    """Return the drafts in scope still being written, and those in force word for word with the
    version they became (two queries).
    """
    same = SchemeVersion.objects.filter(committee=OuterRef("committee_id"), text=OuterRef("text"))
    found = in_scope(scope).annotate(became=Subquery(same.order_by("-number").values("pk")[:1]))
    rows = [(draft, draft.became) for draft in found]
    versions = SchemeVersion.objects.in_bulk([pk for _, pk in rows if pk])
    return (
        [draft for draft, pk in rows if not pk],
        [(draft, versions[pk]) for draft, pk in rows if pk],
    )


def scheme_of(draft: SchemeDraft) -> Scheme:
    return schemes.read(draft.text)


def check(scheme: Scheme, committee: Organization, on: dt.date) -> Check:
    """Return the sums, what keeps a draft from being put into force, and what to look at again
    (one query).
    """
    rows = tuple(
        (
            part.title,
            f"满分 {plain(part.full)} × 权重 {plain(part.weight)}",
            plain(part.full * part.weight),
        )
        for part in scheme.parts
    )
    total = sum((part.full * part.weight for part in scheme.parts), ZERO)
    remarks = [
        Remark(schemes.in_words(text), str(_blamed(scheme, text)))
        for text in soundness.unsound(scheme)
    ]
    for where, element in editing.places(scheme):
        if isinstance(element, Item) and not schemes.can_be_fed(scheme, element):
            remarks.append(
                Remark(
                    f"项目“{element.title}”：按比例计分要有应完成数，"
                    "现在没有数据来源能给出；请换一个来源或计分方法。",
                    str(where),
                )
            )
    circle = schemes.circle(committee, scheme, on)
    if circle:
        names = "”→“".join([*circle, circle[0]])
        first = next(
            where
            for where, element in editing.places(scheme)
            if isinstance(element, Item) and element.fact and feeds.scheme_code(element.fact)
        )
        remarks.append(
            Remark(f"方案互相引用得分，形成循环：“{names}”。请去掉其中一处引用。", str(first))
        )
    doubts = tuple(
        Remark(schemes.in_words(text), str(_blamed(scheme, text)))
        for text in soundness.doubtful(scheme)
    )
    return Check(rows, plain(total), tuple(remarks), doubts)


def same_version(draft: SchemeDraft) -> SchemeVersion | None:
    """Return the committee's version that says exactly what the draft says (one query)."""
    code = scheme_of(draft).code
    versions = SchemeVersion.objects.filter(committee=draft.committee_id, code=code)
    return versions.filter(text=draft.text).order_by("-number").first()


def feed_choices(
    scheme: Scheme, committee: Organization, *, needs_base: bool, keep: str | None
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the facts an item may be fed with, grouped by whether they are counted by now.

    A rule that divides needs a feed with a base. ``keep`` stays on the list whatever it is.
    """
    counted: list[tuple[str, str]] = []
    waiting: list[tuple[str, str]] = []
    for name in _names(scheme.target):
        feed = feeds.find(scheme.target, name)
        if feed is None or (needs_base and feed.base is None and name != keep):
            continue
        title = feed.title
        if name.startswith(_ATTENDED):
            title = f"参加{ACTIVITY_KINDS[ActivityKind(name.removeprefix(_ATTENDED).upper())]}"
        base = f" ÷ {feed.base}" if feed.base else ""
        item = Item("x", "x", "mark", fact=name)
        group = counted if schemes.is_counted(scheme, item) else waiting
        group.append((name, f"{title}（{feed.quantity}{base}）"))
    groups = [("自动取数", counted), ("尚未自动取数，由登记填入", waiting)]
    if not needs_base:
        groups.append(("其他方案的得分", list(_scores(scheme, committee))))
    listed = {name for _, group in groups for name, _ in group}
    if keep and keep not in listed:
        groups.append(("现用", [(keep, keep)]))
    return [(title, group) for title, group in groups if group]


def explained(text: str, error: reading.BadScheme) -> list[tuple[editing.Path, str]]:
    """Return each mistake of a draft's text with its path, in the words of the forms."""
    return [
        (editing.path_of(text, problem), schemes.in_words(problem.message))
        for problem in error.problems
    ]


def elsewhere(scheme: Scheme, path: editing.Path, message: str) -> str:
    """Return a mistake that stands in another place than the form's own, naming that place."""
    return f"{scheme_words.name_of(scheme, editing.where_of(path))}：{message}"


def _names(target: str) -> Iterator[str]:
    for feed in feeds.FEEDS[target]:
        if feed is feeds.ATTENDED:
            yield from (f"{_ATTENDED}{kind.lower()}" for kind in ACTIVITY_KINDS)
        elif feed is not feeds.SCORE:
            yield feed.name


def _scores(scheme: Scheme, committee: Organization) -> Iterator[tuple[str, str]]:
    """Give the other schemes of the same kind of subject: the committee's own, then the shipped."""
    versions = SchemeVersion.objects.filter(committee=committee, target=scheme.target)
    titles = dict(versions.order_by("number").values_list("code", "title"))
    for code in schemes.preset_codes():
        shipped = schemes.preset(code)
        if shipped.target == scheme.target:
            titles.setdefault(code, f"{shipped.title}（尚未采用）")
    for code, title in titles.items():
        if code != scheme.code:
            yield f"score.{code}", title


def _blamed(scheme: Scheme, text: str) -> Where:
    """Return the place that a sentence of the soundness check begins by naming."""
    for where, element in editing.places(scheme):
        kind = {"part": "部分", "consequence": "结果运用"}.get(where.kind)
        if kind and text.startswith(f"{kind}“{element.title}”："):
            return where
    return Where("bands" if text.startswith("等次") else "grades")
