"""Forms for elections: the ballot, the count, and what becomes of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms

from activities.forms import OneLine
from activities.forms.steps import ConfirmedForm, number
from activities.models import Candidate, Election
from activities.operations.counts import Annuls, Votes
from activities.operations.elections import Ballot
from activities.queries.electorates import Voter
from activities.rules.elections import Office, TellerDuty
from activities.wording import elections as wording
from branches.forms.fields import DayField
from branches.rules.text import whole_number

STANDS = "CANDIDATE"
PERSON_CHOICES = [
    (STANDS, "候选人", "ok"),
    (TellerDuty.SUPERVISOR.value, wording.TELLER_DUTIES[TellerDuty.SUPERVISOR], "warn"),
    (TellerDuty.COUNTER.value, wording.TELLER_DUTIES[TellerDuty.COUNTER], "warn"),
    ("", "都不是", ""),
]
WRITTEN_IN_ROWS = 3
_ROLE = "role_"
_TITLE_LENGTH = int(Election._meta.get_field("title").max_length or 0)


class ElectionForm(ConfirmedForm):
    """Office, seats, and for each voter ``role_<member>``: candidate, teller or neither."""

    office = forms.ChoiceField(
        label="选举职务",
        choices=[(office.value, word) for office, word in wording.OFFICES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择选举什么职务。", "invalid_choice": "请重新选择职务。"},
    )
    title = OneLine(
        label="名称",
        max_length=_TITLE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "请填写选举名称，如“第三届支部委员会选举”。",
            "max_length": f"名称最多 {_TITLE_LENGTH} 个字。",
        },
    )
    seats = number("应选名额", least=1, most=99)

    def __init__(self, *args: Any, voters: Sequence[Voter], **kwargs: Any) -> None:
        """``initial["roles"]``: role by member."""
        super().__init__(*args, **kwargs)
        self.voters = list(voters)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the page shows of each person, by the strokes of the name."""
        roles = self.roles
        return [
            {
                "name": voter.name,
                "keys": voter.keys,
                "field": f"role_{voter.member_id}",
                "value": roles.get(voter.member_id, ""),
            }
            for voter in self.voters
        ]

    @property
    def roles(self) -> Mapping[int, str]:
        if not self.is_bound:
            found: Mapping[int, str] = self.initial.get("roles", {})
            return found
        posted = (
            (whole_number(name.removeprefix(_ROLE)), str(value))
            for name, value in self.data.items()
            if name.startswith(_ROLE)
        )
        return {member: value for member, value in posted if member is not None and value}

    @property
    def ballot(self) -> Ballot:
        """What was chosen, once the form is valid; candidates by strokes."""
        cleaned = self.cleaned_data
        return Ballot(
            office=Office(cleaned["office"]),
            title=cleaned["title"],
            seats=cleaned["seats"],
            candidates=self._of(STANDS),
            supervisors=self._of(TellerDuty.SUPERVISOR),
            counters=self._of(TellerDuty.COUNTER),
        )

    def _of(self, role: str) -> tuple[int, ...]:
        roles = self.roles
        known = {voter.member_id for voter in self.voters}
        listed = [voter.member_id for voter in self.voters if roles.get(voter.member_id) == role]
        # Somebody who has lost the vote meanwhile is named to the operation, which refuses him.
        return (*listed, *(pk for pk in roles if pk not in known and roles[pk] == role))


def roles_of(election: Election) -> dict[int, str]:
    """Return who does what in an election, by member."""
    found: dict[int, str] = {
        each.member_id: STANDS for each in election.candidates.all() if not each.is_written_in
    }
    return found | {each.member_id: each.duty for each in election.tellers.all()}


class CountForm(ConfirmedForm):
    """Papers, and the votes of each candidate and of those written in.

    ``annuls``: why these numbers annul the ballot; a tick at ``annul`` says that they are right.
    """

    issued = number("发出票数")
    returned = number("收回票数")
    void = number("无效票", help_text="所选人数多于应选名额、无法辨认的。没有填 0。")
    annul = forms.BooleanField(label="已重新清点，数字无误，这次投票无效", required=False)

    def __init__(
        self,
        *args: Any,
        candidates: Sequence[Candidate],
        others: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.annuls = ""
        self.candidates = [each for each in candidates if not each.is_written_in]
        for each in self.candidates:
            name = each.member.name
            for what, word in (("yes", "赞成"), ("no", "不赞成"), ("abstain", "弃权")):
                self._number(f"{what}_{each.member_id}", f"{name}的{word}票", True)
        for row in range(WRITTEN_IN_ROWS):
            self.fields[f"other_{row}"] = forms.ChoiceField(
                label=f"另选人 {row + 1}",
                required=False,
                choices=[("", "没有"), *((str(pk), name) for pk, name in others)],
                error_messages={"invalid_choice": "请重新选择另选人。"},
            )
            self._number(f"other_yes_{row}", f"另选人 {row + 1} 的赞成票", False)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Name and the three fields of each candidate."""
        return [
            {
                "name": each.member.name,
                "yes": self[f"yes_{each.member_id}"],
                "no": self[f"no_{each.member_id}"],
                "abstain": self[f"abstain_{each.member_id}"],
            }
            for each in self.candidates
        ]

    @property
    def other_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"other_{n}"], self[f"other_yes_{n}"]) for n in range(WRITTEN_IN_ROWS)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for row in range(WRITTEN_IN_ROWS):
            who, yes = cleaned.get(f"other_{row}"), cleaned.get(f"other_yes_{row}")
            if who and not yes:
                self.add_error(f"other_yes_{row}", "请填写另选人的赞成票数。")
            elif yes and not who:
                self.add_error(f"other_{row}", "请选择另选的是谁。")
        return cleaned

    @property
    def is_annulled(self) -> bool:
        return bool(self.cleaned_data.get("annul"))

    def taken(self, operation: Callable[[], Any]) -> bool:
        try:
            return super().taken(operation)
        except Annuls as question:
            self.annuls = str(question)
            return False

    @property
    def votes(self) -> dict[int, Votes]:
        cleaned = self.cleaned_data
        return {
            each.member_id: Votes(
                cleaned[f"yes_{each.member_id}"],
                cleaned[f"no_{each.member_id}"],
                cleaned[f"abstain_{each.member_id}"],
            )
            for each in self.candidates
        }

    @property
    def written_in(self) -> list[tuple[int, int]]:
        cleaned = self.cleaned_data
        return [
            (int(cleaned[f"other_{row}"]), cleaned[f"other_yes_{row}"])
            for row in range(WRITTEN_IN_ROWS)
            if cleaned[f"other_{row}"]
        ]

    def _number(self, name: str, label: str, required: bool) -> None:
        field = number(label, required=required)
        field.widget.attrs |= {"aria-label": label, "class": "input"}
        self.fields[name] = field


def counted(election: Election) -> dict[str, Any]:
    """Return what the form of a counted election starts from; nothing before the count."""
    if election.issued is None:
        return {}
    initial: dict[str, Any] = {
        "issued": election.issued, "returned": election.returned, "void": election.void,
    }  # fmt: skip
    for each in election.candidates.all():
        if not each.is_written_in:
            initial |= {f"{w}_{each.member_id}": getattr(each, w) for w in ("yes", "no", "abstain")}
    written = [each for each in election.candidates.all() if each.is_written_in]
    for row, each in enumerate(written[:WRITTEN_IN_ROWS]):
        initial |= {f"other_{row}": each.member_id, f"other_yes_{row}": each.yes}
    return initial


class ConsentForm(forms.Form):
    consent = OneLine(
        label="同意情况",
        max_length=100,
        error_messages={
            "required": "请写明同意情况，如“实到 18 人，16 人举手同意”。",
            "max_length": "同意情况最多 100 个字。",
        },
    )


class ReportForm(forms.Form):
    on = DayField(label="报上级日期")


class ApprovalForm(forms.Form):
    on = DayField(label="批准日期")
    reference = OneLine(
        label="批复文号",
        max_length=60,
        error_messages={"required": "请填写批复文号。", "max_length": "批复文号最多 60 个字。"},
    )
