"""Forms for decisions of a meeting, for who is left out of 应到 and for a rule set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from activities.forms import OneLine
from activities.forms.steps import ConfirmedForm, number
from activities.models import Resolution, RuleOverride, VoterExemption
from activities.operations.votes import Motion
from activities.rules.kinds import ActivityKind
from activities.rules.votes import DecisionKind, ExemptionGround, Method, Tally
from activities.wording import votes as wording
from branches.models import Regulation
from members.models import Member

NOBODY = [("", "请选择")]


def _limit(model: Any, name: str) -> int:
    return int(model._meta.get_field(name).max_length)


class ResolutionForm(ConfirmedForm):
    kind = forms.ChoiceField(
        label="事项类别",
        error_messages={"required": "请选择事项类别。", "invalid_choice": "请重新选择事项类别。"},
    )
    subject = OneLine(
        label="表决事项",
        max_length=_limit(Resolution, "subject"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "请写明表决的是什么事项。",
            "max_length": f"表决事项最多 {_limit(Resolution, 'subject')} 个字。",
        },
    )
    about = forms.ChoiceField(
        label="涉及党员",
        required=False,
        help_text="接收、转正、表彰、处分等事项要选。还没有列入名册的，在表决事项里写姓名。",
        error_messages={"invalid_choice": "请重新选择涉及的党员。"},
    )
    prior = forms.ChoiceField(
        label="支委会先行研究",
        required=False,
        help_text="重要事项一般先经支委会研究，选择那次支委会上的事项。",
        error_messages={"invalid_choice": "请重新选择支委会上的事项。"},
    )
    method = forms.ChoiceField(
        label="表决方式",
        choices=[(method.value, word) for method, word in wording.METHODS.items()],
        initial=Method.SHOW_OF_HANDS,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择表决方式。", "invalid_choice": "请选择表决方式。"},
    )
    yes = number("赞成")
    no = number("反对")
    abstain = number("弃权")
    written_yes = number(
        "会前书面赞成",
        required=False,
        help_text="没有到会的人会前交来的书面意见，只在讨论接收、转正、延长、取消资格时计票。",
    )
    issued = number("发出票数", required=False)
    returned = number("收回票数", required=False)
    void = number("无效票", required=False)
    text = forms.CharField(
        label="决议内容",
        required=False,
        max_length=_limit(Resolution, "text"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"决议内容最多 {_limit(Resolution, 'text')} 个字。"},
    )

    def __init__(
        self,
        *args: Any,
        meeting: ActivityKind,
        people: Sequence[Member],
        priors: Iterable[Resolution],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(each.pk): each for each in people}
        self._priors = {str(each.pk): each for each in priors}
        kinds = wording.DECISIONS
        if meeting is not ActivityKind.ASSEMBLY:
            # Everything else belongs to a 党员大会.
            kinds = {DecisionKind.ORDINARY: kinds[DecisionKind.ORDINARY]}
        self._choices("kind", [(kind.value, word) for kind, word in kinds.items()])
        self._choices(
            "about", [("", "不涉及个人")] + [(pk, each.name) for pk, each in self._people.items()]
        )
        self._choices(
            "prior",
            [("", "没有")]
            + [
                (pk, f"{each.activity.held_on:%Y-%m-%d} {each.subject}")
                for pk, each in self._priors.items()
            ],
        )
        if meeting is not ActivityKind.ASSEMBLY:
            for name in ("about", "prior", "written_yes"):
                del self.fields[name]
        elif not self._priors:
            self.fields[
                "prior"
            ].help_text = "重要事项一般先经支委会研究。还没有可选的，先到支委会的页面登记表决事项。"

    @property
    def motion(self) -> Motion:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        return Motion(
            subject=cleaned["subject"],
            kind=DecisionKind(cleaned["kind"]),
            method=Method(cleaned["method"]),
            about=self._people.get(cleaned.get("about", "")),
            prior=self._priors.get(cleaned.get("prior", "")),
            text=cleaned["text"].strip(),
            tally=Tally(
                yes=cleaned["yes"],
                no=cleaned["no"],
                abstain=cleaned["abstain"],
                written_yes=cleaned.get("written_yes") or 0,
                issued=cleaned["issued"],
                returned=cleaned["returned"],
                void=cleaned["void"] or 0,
            ),
        )

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def initial_of(resolution: Resolution) -> dict[str, Any]:
    """Return what the form of a recorded decision starts from."""
    names = ("kind", "subject", "method", "yes", "no", "abstain", "issued", "returned", "text")
    return {name: getattr(resolution, name) for name in names} | {
        "about": resolution.about_id or "",
        "prior": resolution.prior_id or "",
        "written_yes": resolution.written_yes or None,
        "void": resolution.void if resolution.method == Method.BALLOT else None,
    }


class ExemptVoterForm(forms.Form):
    member = forms.ChoiceField(
        label="党员",
        error_messages={"required": "请选择党员。", "invalid_choice": "请重新选择党员。"},
    )
    ground = forms.ChoiceField(
        label="情形",
        choices=[(ground.value, word) for ground, word in wording.GROUNDS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择属于哪种情形。", "invalid_choice": "请重新选择情形。"},
    )
    approval_reference = OneLine(
        label="上级同意文号",
        max_length=_limit(VoterExemption, "approval_reference"),
        error_messages={
            "required": "请填写上级党组织同意的文号或批复日期。",
            "max_length": "上级同意文号最多 60 个字。",
        },
    )
    vote_reference = OneLine(
        label="党员大会通过情况",
        max_length=_limit(VoterExemption, "vote_reference"),
        help_text="如“10月13日党员大会，实到 18 人，18 人举手通过”。",
        error_messages={
            "required": "请填写党员大会通过的情况。",
            "max_length": "党员大会通过情况最多 100 个字。",
        },
    )

    def __init__(self, *args: Any, voters: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = NOBODY + [(str(pk), name) for pk, name in voters]

    @property
    def chosen_ground(self) -> ExemptionGround:
        return ExemptionGround(self.cleaned_data["ground"])


class OverrideForm(forms.Form):
    code = forms.ChoiceField(
        label="不按哪一条办理",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一条规则。", "invalid_choice": "请重新选择规则。"},
    )
    reason = OneLine(
        label="理由",
        max_length=_limit(RuleOverride, "reason"),
        help_text="写明依据和情况。理由和您的姓名会一直显示在会议记录上。",
        error_messages={
            "required": "请写明理由。",
            "max_length": f"理由最多 {_limit(RuleOverride, 'reason')} 个字。",
        },
    )

    def __init__(self, *args: Any, rules: Iterable[Regulation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (rule.code, f"{rule.title}（《{rule.source}》{rule.article}）") for rule in rules
        ]
