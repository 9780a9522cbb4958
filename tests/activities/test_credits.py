"""Credits of study that no record knows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.models import (
    StudyCredit,
)
from activities.operations import credits
from activities.operations.credits import CreditFacts
from activities.operations.refusals import Refused
from activities.rules.study import Unit
from branches.models import RegulationAdjustment
from branches.rules.periods import Period

D = dt.date
DAY = D(2026, 10, 22)
YEAR = Period.parse("2026")


def enter(member, branch, by, at, **changes):
    given = {
        "title": "网络课", "topic": "THEORY", "happened_on": D(2026, 10, 1),
        "unit": Unit.HALF_DAY, "amount": Decimal(1), "evidence": "证书",
    }  # fmt: skip
    return credits.enter(
        member=member, branch=branch, facts=CreditFacts(**(given | changes)), by=by, at=at
    )


def test_a_credit_is_worth_what_the_committee_says(three, branch_a, committee, secretary, at):
    assert enter(three[0], branch_a, secretary, at).hours == 4
    RegulationAdjustment.objects.create(
        committee=committee, code="H5", parameters={"half_day": 3}, reason="通知",
        effective_from=D(2026, 10, 1), made_by=secretary, made_at=at,
    )  # fmt: skip
    assert enter(three[1], branch_a, secretary, at).hours == 3
    earlier = enter(three[2], branch_a, secretary, at, happened_on=D(2026, 9, 30))
    assert earlier.hours == 4


def test_what_cannot_be_credited(three, branch_a, secretary, at):
    three[0].user = secretary
    three[0].save()
    with pytest.raises(Refused, match="不能给自己"):
        enter(three[0], branch_a, secretary, at)
    with pytest.raises(Refused, match="不能晚于今天"):
        enter(three[1], branch_a, secretary, at, happened_on=D(2026, 10, 21))
    credit = enter(three[1], branch_a, secretary, at)
    with pytest.raises(Refused, match="已经登记过"):
        enter(three[1], branch_a, secretary, at)
    with pytest.raises(Refused, match="作废原因"):
        credits.void(credit=credit, branch=branch_a, reason=" ", by=secretary, at=at)
    credits.void(credit=credit, branch=branch_a, reason="重复", by=secretary, at=at)
    with pytest.raises(Refused, match="已经作废"):
        credits.void(credit=credit, branch=branch_a, reason="重复", by=secretary, at=at)
    enter(three[1], branch_a, secretary, at)


def test_credits_on_their_pages(signed_in, three, branch_a, person, secretary):
    url = reverse("credit-new", kwargs={"pk": branch_a.pk})
    posted = {
        "member": three[0].pk, "title": "网络课", "topic": "THEORY", "happened_on": "2024-05-06",
        "amount": "1.25", "unit": "DAY", "evidence": "证书 7 号",
    }  # fmt: skip
    wrong = signed_in.post(url, posted).content.decode()
    assert "数量最多一位小数，如 1.5。" in wrong
    assert "证书 7 号" in wrong
    assert signed_in.post(url, posted | {"amount": "1.5"}).status_code == 302
    credit = StudyCredit.objects.get()
    assert credit.hours == 12

    own = person()
    three[0].user = own.user
    three[0].save()
    shown = reverse("my-credit", kwargs={"pk": credit.pk})
    assert own.get(shown).status_code == 200
    assert person().get(shown).status_code == 404
    void = reverse("credit-void", kwargs={"pk": credit.pk})
    assert own.post(void, {"reason": "x"}).status_code == 404
    assert "请填写作废原因。" in signed_in.post(void, {"reason": ""}).content.decode()
    assert signed_in.post(void, {"reason": "重复"}).status_code == 302
    assert "已作废，不计学时" in own.get(shown).content.decode()
