"""The one page on which an activity is logged: its facts, its agenda, its roll."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from activities import wording
from activities.models import Activity, ActivityCorrection, AgendaPart, Attendance, Sitting
from activities.operations.activities import MOST_REASON
from activities.operations.details import Details, Mark, Part
from activities.queries.activities import OVERDUE
from activities.queries.rolls import Entry
from activities.rules.attendance import ATTENDED, AttendanceStatus
from activities.rules.kinds import ActivityKind
from branches.forms.fields import TimeField
from branches.models import Organization
from branches.rules.text import one_line, whole_number

OLDEST = dt.date(1949, 10, 1)
AHEAD = dt.timedelta(days=366)
MOST_PARTS = 20
USUAL_START = dt.time(15, 0)
CHOICES = [
    (status.value, wording.ATTENDANCE[status], wording.ATTENDANCE_TONES[status])
    for status in AttendanceStatus
    if status is not AttendanceStatus.UNMARKED
]
# Attributes of a control whose change brings another roll.
REFRESHING = {
    "hx-post": "",
    "hx-trigger": "change",
    "hx-vals": '{"step": "refresh"}',
    "hx-target": "#roll",
    "hx-select": "#roll",
    "hx-swap": "outerHTML",
    # Whether it can be closed at once depends on the day as well.
    "hx-select-oob": "#step-save,#step-close,#close-note",
}
_MARK = re.compile(r"(?:kept_)?(?P<what>status|reason|sitting)_(?P<member>\d+)", re.ASCII)
_STATUSES = {status.value for status in AttendanceStatus}


def _limit(model: Any, name: str) -> int:
    return int(model._meta.get_field(name).max_length)


class OneLine(forms.CharField):
    """A line of text: invisible characters and double spaces from pasting go."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


def _line(model: Any, name: str, label: str, *, required: bool = True, words: str = "") -> OneLine:
    limit = _limit(model, name)
    return OneLine(
        label=label,
        max_length=limit,
        required=required,
        error_messages={
            "required": words or f"请填写{label}。",
            "max_length": f"{label}最多 {limit} 个字。",
        },
    )


class ActivityForm(forms.Form):
    """Facts and agenda. Parts are named in the page itself, so that a title can be added."""

    title = _line(Activity, "title", "主题")
    held_on = forms.DateField(
        label="日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "请选择活动日期。",
            "invalid": "日期写成 2026-11-20 这样。",
        },
    )
    starts_at = TimeField(label="开始时间")
    ends_at = TimeField(label="结束时间", required=False)
    place = _line(Activity, "place", "地点")
    host = _line(Activity, "host", "主持人", required=False)
    host_note = _line(Activity, "host_note", "主持委托", required=False)
    recorder = _line(Activity, "recorder", "记录人", required=False)
    held_early = forms.BooleanField(label="已经提前召开，仍按此办结", required=False)
    summary = forms.CharField(
        label="会议记录",
        required=False,
        max_length=_limit(Activity, "summary"),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": f"会议记录最多 {_limit(Activity, 'summary')} 个字，请删减。"},
    )

    def __init__(
        self, *args: Any, part_titles: Sequence[str] = (), today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.not_begun = ""  # why it has to be said first that it was held early
        if self.is_bound:
            part_titles = self._posted_titles() or part_titles
        self.part_titles = [one_line(title) for title in part_titles][:MOST_PARTS]
        for place, title in enumerate(self.part_titles):
            self.fields[f"part_{place}"] = self._part(title)
        self.fields["extra_title"] = _line(AgendaPart, "title", "增加的议程", required=False)
        self.fields["extra_content"] = self._part("内容")
        # A new day may bring a new roll: with scripts the page fetches it at once.
        self.fields["held_on"].widget.attrs.update(REFRESHING)
        for name in ("title", "place", "host", "host_note", "recorder", "extra_title"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    @property
    def agenda(self) -> list[tuple[str, forms.BoundField]]:
        """The parts of the agenda: title and field."""
        return [(title, self[f"part_{n}"]) for n, title in enumerate(self.part_titles)]

    def clean_held_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["held_on"]
        if day < OLDEST:
            raise ValidationError("日期太早了，请核对年份。")
        if day > self.today + AHEAD:
            raise ValidationError("日期超过一年以后，请核对年份。")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "结束时间要晚于开始时间。")
        if cleaned.get("extra_content", "").strip() and not cleaned.get("extra_title"):
            self.add_error("extra_title", "请给增加的议程写个名称。")
        return cleaned

    @property
    def was_held_early(self) -> bool:
        return bool(self.cleaned_data.get("held_early"))

    @property
    def details(self) -> Details:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        parts = [
            Part(title, cleaned[f"part_{place}"].strip())
            for place, title in enumerate(self.part_titles)
        ]
        if cleaned["extra_title"]:
            parts.append(Part(cleaned["extra_title"], cleaned["extra_content"].strip()))
        names = (
            "title", "held_on", "starts_at", "ends_at", "place", "host", "host_note", "recorder",
        )  # fmt: skip
        return Details(
            **{name: cleaned[name] for name in names},
            summary=cleaned["summary"].strip(),
            parts=tuple(parts),
        )

    def _posted_titles(self) -> list[str]:
        getlist = getattr(self.data, "getlist", None)
        titles = getlist("part_title") if getlist else self.data.get("part_title", [])
        limit = _limit(AgendaPart, "title")
        return [title[:limit] for title in titles if title.strip()]

    @staticmethod
    def _part(label: str) -> forms.CharField:
        limit = _limit(AgendaPart, "content")
        return forms.CharField(
            label=label,
            required=False,
            max_length=limit,
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={"max_length": f"“{label}”最多 {limit} 个字，请删减。"},
        )


def without_marks(data: QueryDict) -> QueryDict:
    """Return what was posted but for the marks and reasons of the roll."""
    left = data.copy()
    for name in data:
        if _MARK.fullmatch(name):
            del left[name]
    left.pop("lecturer", None)
    return left


class RollForm:
    """The marks of a roll, read from ``status_<member>``, ``reason_<member>`` and ``lecturer``.

    Plain fields of a page rather than a Django form: a roll has a hundred of them and each
    is one of six words. Whoever is not on the roll is not read.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        data: QueryDict | None = None,
        *,
        sittings: Sequence[Sitting] = (),
        sitting: int | None = None,
    ) -> None:
        """``sittings`` of a divided activity are chosen from for each person, as
        ``sitting_<member>``; ``sitting`` is proposed for whoever has no mark yet.

        Marks of people who are not among ``entries`` (another day, another roll) go on as
        ``kept``, so that a mistyped date costs nobody the roll.
        """
        self.data = data
        self.errors: dict[int, str] = {}
        self.general: list[str] = []
        self.sittings = [(each.pk, each.label) for each in sittings]
        self.sitting = sitting
        self.entries = list(entries) if data is None else [self._bound(entry) for entry in entries]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Hidden fields: name and value of marks not shown on this page."""
        if self.data is None:
            return []
        shown = {str(entry.member_id) for entry in self.entries}
        found: dict[str, str] = {}
        for name, value in self.data.items():
            match = _MARK.fullmatch(name)
            if match and match["member"] not in shown and value:
                found.setdefault(f"kept_{match['what']}_{match['member']}", str(value))
        return list(found.items())

    @property
    def lost(self) -> int:
        """The number of people marked in the form who are not on this roll."""
        return sum(
            name.startswith("kept_status_")
            and value in _STATUSES
            and value != AttendanceStatus.UNMARKED
            for name, value in self.kept
        )

    @property
    def has_marks(self) -> bool:
        return self.lost > 0 or any(entry.is_marked for entry in self.entries)

    @property
    def due(self) -> int:
        return len(self.entries)

    @property
    def lecturer_id(self) -> int | None:
        return next((entry.member_id for entry in self.entries if entry.is_lecturer), None)

    @property
    def has_remarks(self) -> bool:
        return any(entry.reason for entry in self.entries)

    def is_valid(self) -> bool:
        limit = _limit(Attendance, "reason")
        for entry in self.entries:
            if entry.status not in _STATUSES:
                self.errors[entry.member_id] = "请重新选择。"
            elif len(entry.reason) > limit:
                self.errors[entry.member_id] = f"事由最多 {limit} 个字。"
            elif entry.is_lecturer and entry.status not in (*ATTENDED, AttendanceStatus.UNMARKED):
                self.errors[entry.member_id] = "主讲人应当到会，请核对到会情况或主讲人。"
            elif entry.sitting and entry.sitting not in dict(self.sittings):
                self.errors[entry.member_id] = "请重新选择场次。"
        self.general = [
            f"{entry.name}：{self.errors[entry.member_id]}"
            for entry in self.entries
            if entry.member_id in self.errors
        ]
        return not self.errors

    @property
    def marks(self) -> dict[int, Mark]:
        return {
            entry.member_id: Mark(entry.status, entry.reason, entry.is_lecturer, entry.sitting)
            for entry in self.entries
        }

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the page shows of each person."""
        return [
            {
                "entry": entry,
                "status_name": f"status_{entry.member_id}",
                "reason_name": f"reason_{entry.member_id}",
                "value": "" if not entry.is_marked else entry.status,
                "sitting_name": f"sitting_{entry.member_id}",
                "sitting": entry.sitting or (None if entry.is_marked else self.sitting),
                "errors": [self.errors[entry.member_id]] if entry.member_id in self.errors else [],
            }
            for entry in self.entries
        ]

    def _bound(self, entry: Entry) -> Entry:
        assert self.data is not None
        # The lecturers are posted as a list; a page without that choice keeps them.
        lecturers = self.data.getlist("lecturer") if "has_lecturer" in self.data else None
        return Entry(
            member_id=entry.member_id,
            name=entry.name,
            note=entry.note,
            keys=entry.keys,
            known=entry.known,
            status=self._posted("status", entry.member_id) or entry.status,
            reason=one_line(self._posted("reason", entry.member_id, entry.reason)),
            is_lecturer=entry.is_lecturer
            if lecturers is None
            else str(entry.member_id) in lecturers,
            sitting=self._sitting(entry),
        )

    def _sitting(self, entry: Entry) -> int | None:
        posted = self._posted("sitting", entry.member_id)
        number = whole_number(posted)
        return entry.sitting if number is None else number

    def _posted(self, what: str, member_id: int, default: str = "") -> str:
        assert self.data is not None
        name = f"{what}_{member_id}"
        if name in self.data:
            return str(self.data.get(name, default))
        return str(self.data.get(f"kept_{name}", default))


class CancelForm(forms.Form):
    reason = OneLine(
        label="取消原因",
        max_length=MOST_REASON,
        error_messages={
            "required": "请写明原因。",
            "max_length": f"原因最多 {MOST_REASON} 个字。",
        },
    )


class ReopenForm(forms.Form):
    reason = OneLine(
        label="更正原因",
        max_length=_limit(ActivityCorrection, "reason"),
        error_messages={
            "required": "请写明更正原因。",
            "max_length": f"更正原因最多 {_limit(ActivityCorrection, 'reason')} 个字。",
        },
    )


class ListFilterForm(forms.Form):
    """What the list is narrowed to; anything it does not know leaves the list as it is."""

    kind = forms.ChoiceField(
        label="类别",
        required=False,
        choices=[("", "全部类别"), *((k.value, word) for k, word in wording.KINDS.items())],
    )
    organization = forms.ModelChoiceField(
        label="党组织", required=False, queryset=Organization.objects.none(), empty_label="全部"
    )
    month = forms.ChoiceField(label="月份", required=False)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部状态"),
            *((state.value, word) for state, word in wording.STATES.items()),
            (OVERDUE, "逾期未办结"),
        ],
    )


def initial_of(
    kind: ActivityKind,
    on: dt.date,
    last: Activity | None,
    *,
    recorder: str,
    now: dt.datetime,
) -> tuple[dict[str, Any], list[str]]:
    """Return what a new record starts from, and the titles of its agenda.

    Time, place, people and agenda come from the last of its kind there; the first one
    starts at three in the afternoon with the kind's own agenda. Where that hour has not come
    today, the full hour before ``now`` (local time) takes its place: what is logged today has
    mostly been held.
    """
    starts_at, ends_at = (last.starts_at, last.ends_at) if last else (USUAL_START, None)
    if on == now.date() and starts_at > now.time():
        starts_at, ends_at = dt.time(now.hour), None
    initial = {
        "title": wording.usual_title(kind, on),
        "held_on": on,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "place": last.place if last else "",
        "host": last.host if last else "",
        "recorder": (last.recorder if last else "") or recorder,
    }
    titles = [part.title for part in last.parts.all()] if last else []
    return initial, titles
