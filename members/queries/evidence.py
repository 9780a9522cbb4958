"""What is known of a branch's secretary: the records behind the feeds of ``queries.facts``."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from branches.models import Organization, Term
from branches.rules.periods import Period
from members.queries import facts


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``counts`` says whether it adds to the quantity."""

    when: str
    title: str
    note: str
    url: str = ""
    counts: bool = True


def organization_evidence(organization: Organization, feed: str, period: Period) -> list[Record]:
    """Return the records behind a feed of a branch (at most two queries); none for unknown ones."""
    day = period.last_day
    if not facts.counts("organization", feed):
        return []
    post = (
        facts.secretaries(day, organization)
        .filter(organization=organization)
        .annotate(since=facts.since(day), age=facts.age(day))
        .values("user__name", "user__member", "since", "age")
        .first()
    )
    if post is None:
        return []
    member = post["user__member"]
    url = reverse("member", kwargs={"pk": member}) if member else ""
    since = f"{post['since'].year} 年 {post['since'].month} 月起任书记"
    if feed == "secretary_age":
        age = f"{post['age']} 周岁" if post["age"] is not None else "未登记出生日期"
        return [
            Record("书记", post["user__name"], f"{age} · {since}", url, post["age"] is not None)
        ]
    elected = list(
        Term.objects.filter(organization=organization, elected_on__lte=day).order_by("elected_on")
    )
    before = [term for term in elected if term.elected_on <= post["since"]][-1:]
    counted = before + [term for term in elected if term.elected_on > post["since"]]
    return [
        Record("书记", post["user__name"], since, url, counts=False),
        *(
            Record(str(term), "选举", f"{term.elected_on.year} 年 {term.elected_on.month} 月")
            for term in counted
        ),
    ]
