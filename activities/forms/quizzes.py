"""A quiz, its questions one at a time or pasted, and the paper one hands in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from activities.forms import entries
from activities.forms.entries import Amount, Words, line
from activities.models import Quiz, QuizQuestion
from activities.operations.quizzes import QuizFacts
from activities.rules import quiz_text, quizzes
from activities.rules.quizzes import JUDGEMENTS, LETTERS, Question, QuestionKind
from activities.wording import quizzes as wording
from branches.forms.fields import DayField
from branches.models import Organization

MOST_PASTED = 60_000
LONGEST_OPTION = 200


class QuizForm(forms.Form):
    """``published``: only the last day may still be moved."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label="出题组织",
        empty_label=None,
        error_messages={
            "required": "请选择出题组织。",
            "invalid_choice": "这个组织不在可选范围内，请重新选择。",
        },
        help_text="本组织和下级的党员都可以答题。",
    )
    title = line(Quiz, "title", "测验名称")
    pass_mark = Amount(label="合格分", most=1000, least=Decimal("0.5"))
    opens_on = DayField(label="开始日期")
    closes_on = DayField(label="截止日期", help_text="当天还可以答题。")

    def __init__(
        self, *args: Any, organizations: Any = None, published: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organization"]
        if organizations is None:
            del self.fields["organization"]
        else:
            field.queryset = organizations
            field.label_from_instance = lambda each: "　" * (each.depth - 1) + each.short_name
        for name in ("title", "pass_mark", "opens_on"):
            self.fields[name].disabled = published

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("opens_on"), cleaned.get("closes_on")
        if first and last and last < first:
            self.add_error("closes_on", "截止日期不能早于开始日期。")
        return cleaned

    @property
    def facts(self) -> QuizFacts:
        names = ("title", "pass_mark", "opens_on", "closes_on")
        return QuizFacts(**{name: self.cleaned_data[name] for name in names})


class QuestionForm(forms.Form):
    kind = Words(label="题型", words=wording.QUESTIONS)
    text = entries.text(QuizQuestion, "text", "题目")
    options = forms.CharField(
        label="选项",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="一行一个，从 A 起依次排，不用写字母；判断题不填。",
        error_messages={"max_length": "选项太长，请删减。"},
    )
    answer = forms.CharField(
        label="答案",
        max_length=20,
        help_text="单选写 B，多选写 ABD，判断写“对”或“错”。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写答案。", "max_length": "答案太长，请核对。"},
    )
    points = Amount(label="分值", most=100, least=Decimal("0.5"), initial=1)
    why = entries.text(QuizQuestion, "why", "解析", required=False, help="交卷后本人能看到。")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        kind = QuestionKind(cleaned["kind"])
        lines = [each.strip() for each in cleaned["options"].splitlines() if each.strip()]
        options = JUDGEMENTS if kind is QuestionKind.JUDGE else tuple(lines)
        if any(len(each) > LONGEST_OPTION for each in options):
            self.add_error("options", f"每个选项最多 {LONGEST_OPTION} 个字。")
            return cleaned
        right = quizzes.answer_places(cleaned["answer"], len(options))
        if right is None:
            self.add_error("answer", "答案写成“B”“ABD”“对”或“错”。")
            return cleaned
        question = Question(
            kind, cleaned["text"].strip(), options, right, cleaned["points"], cleaned["why"].strip()
        )
        fault = quizzes.fault_of(question)
        if fault is not None:
            place = "options" if "OPTIONS" in fault else "answer"
            self.add_error(place, wording.FAULTS[fault])
        cleaned["question"] = question
        return cleaned

    @property
    def question(self) -> Question:
        """What was typed, once the form is valid."""
        question: Question = self.cleaned_data["question"]
        return question


def initial_of(row: QuizQuestion) -> dict[str, Any]:
    """Return what the form of a question starts from."""
    is_judgement = row.kind == QuestionKind.JUDGE
    letters = quizzes.letters(row.right, row.kind, row.options)
    return {
        "kind": row.kind,
        "text": row.text,
        "options": "" if is_judgement else "\n".join(row.options),
        "answer": letters.replace("、", ""),
        "points": row.points,
        "why": row.why,
    }


class PasteForm(forms.Form):
    text = forms.CharField(
        label="题目文本",
        max_length=MOST_PASTED,
        strip=False,  # or the numbers of the lines would not be those on the screen
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={
            "required": "请粘贴题目。",
            "max_length": "一次最多 60000 个字，请分几次粘贴。",
        },
    )
    points = Amount(
        label="每题分值", most=100, least=Decimal("0.5"), initial=1,
        help_text="题目里没有写“分值”的，按这个分值。",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "text" not in cleaned or "points" not in cleaned:
            return cleaned
        read = quiz_text.read(cleaned["text"], cleaned["points"], longest_option=LONGEST_OPTION)
        if any(len(each.why) > 300 for each in read.questions):
            self.add_error("text", "解析最多 300 个字，请删减。")
        if not read.questions and not read.mistakes:
            self.add_error("text", "没有读到题目，请照格式粘贴。")
        for mistake in read.mistakes[:20]:
            self.add_error("text", wording.mistake_words(mistake))
        cleaned["questions"] = read.questions
        return cleaned

    @property
    def questions(self) -> tuple[Question, ...]:
        """What was read, once the form is valid."""
        found: tuple[Question, ...] = self.cleaned_data["questions"]
        return found


class PaperForm(forms.Form):
    """One field for each question; every question is asked to be answered."""

    def __init__(self, *args: Any, questions: Sequence[QuizQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._questions = questions
        for number, row in enumerate(questions, start=1):
            choices = [
                (
                    str(place),
                    option if row.kind == QuestionKind.JUDGE else f"{LETTERS[place]}. {option}",
                )
                for place, option in enumerate(row.options)
            ]
            label = f"{number}. {row.text}"
            words = {"required": "这一题还没有作答。", "invalid_choice": "请重新选择。"}
            if row.kind == QuestionKind.MULTIPLE:
                self.fields[f"q{row.pk}"] = forms.MultipleChoiceField(
                    label=label,
                    choices=choices,
                    widget=forms.CheckboxSelectMultiple,
                    help_text="多选，全部选对才得分。",
                    error_messages={**words, "invalid_list": "请重新选择。"},
                )
            else:
                self.fields[f"q{row.pk}"] = forms.ChoiceField(
                    label=label,
                    choices=choices,
                    widget=forms.RadioSelect,
                    error_messages=words,
                )

    @property
    def answers(self) -> dict[int, list[int]]:
        """The chosen places by question, once the form is valid."""
        found = {}
        for row in self._questions:
            value = self.cleaned_data[f"q{row.pk}"]
            found[row.pk] = [int(each) for each in (value if isinstance(value, list) else [value])]
        return found
