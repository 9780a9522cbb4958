"""Choosing a ledger, an organisation and a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Protocol

from django import forms

from branches import wording
from branches.forms.fields import OrganizationField
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.tree import OrganizationKind
from branches.scope import Scope

PERIOD_WORDS = {
    PeriodKind.MONTH: "月",
    PeriodKind.QUARTER: "季度",
    PeriodKind.HALF_YEAR: "半年",
    PeriodKind.YEAR: "年",
}
_HOW_MANY = {
    PeriodKind.MONTH: 24,
    PeriodKind.QUARTER: 8,
    PeriodKind.HALF_YEAR: 4,
    PeriodKind.YEAR: 4,
}


class Offered(Protocol):
    """What the form must know of a ledger of the catalogue."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def kinds(self) -> frozenset[OrganizationKind]: ...
    @property
    def periods(self) -> frozenset[PeriodKind]: ...


def period_choices(today: dt.date, kinds: Collection[PeriodKind]) -> list[Any]:
    """Return the latest periods of the kinds, the present one first, under their headings."""
    return [
        (
            f"按{PERIOD_WORDS[kind]}",
            [
                (str(period), period.label)
                for period in (Period.containing(today, kind).minus(n) for n in range(count))
            ],
        )
        for kind, count in _HOW_MANY.items()
        if kind in kinds
    ]


class LedgerForm(forms.Form):
    ledger = forms.ChoiceField(label="台账", error_messages={"required": "请选择台账。"})
    organization = OrganizationField(label="党组织")
    period = forms.ChoiceField(label="期间", error_messages={"required": "请选择期间。"})

    def __init__(
        self,
        *args: Any,
        catalogue: Sequence[Offered],
        scope: Scope,
        today: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {ledger.code: ledger for ledger in catalogue}
        self.fields["ledger"].choices = [  # type: ignore[attr-defined]
            (ledger.code, ledger.title) for ledger in catalogue
        ]
        self.fields["organization"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.in_scope(scope)
            .standing_on(today)
            .exclude(kind=OrganizationKind.GROUP)
            .order_by("path")
        )
        self.fields["ledger"].widget.attrs["data-autosubmit"] = True
        self.today = today
        # All of them: a period of the wrong kind gets an answer of its own, in clean.
        self.fields["period"].choices = period_choices(  # type: ignore[attr-defined]
            today, frozenset(PeriodKind)
        )

    def offer_periods(self) -> None:
        """Offer the periods of the ledger that is chosen; unless one is asked for, the last
        finished one. To be called once the form is validated."""
        ledger = self.offered.get(self["ledger"].value()) or next(iter(self.offered.values()), None)
        kinds = ledger.periods if ledger else frozenset(PeriodKind)
        choices = period_choices(self.today, kinds)
        self.fields["period"].choices = choices  # type: ignore[attr-defined]
        shown = {value for _, group in choices for value, _ in group}
        if not self.is_bound and self.initial.get("period") not in shown:
            kind = next(kind for kind in _HOW_MANY if kind in kinds)
            self.initial["period"] = str(Period.containing(self.today, kind).previous)

    def clean_period(self) -> Period:
        return Period.parse(self.cleaned_data["period"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ledger = self.offered.get(data.get("ledger", ""))
        organization, period = data.get("organization"), data.get("period")
        if ledger and organization and organization.kind not in ledger.kinds:
            words = [
                word for kind, word in wording.ORGANIZATION_KINDS.items() if kind in ledger.kinds
            ]
            self.add_error(
                "organization", f"“{ledger.title}”只有{'、'.join(words)}才有，请换一个组织。"
            )
        if ledger and period and period.kind not in ledger.periods:
            kinds = [word for kind, word in PERIOD_WORDS.items() if kind in ledger.periods]
            self.add_error(
                "period", f"“{ledger.title}”按{'、'.join(kinds)}填报，请选择相应的期间。"
            )
        return data
