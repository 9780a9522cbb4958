"""The sittings of an activity that is held several times for several shifts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from activities.models import Activity, Attendance, Sitting
from activities.rules.attendance import ATTENDED
from branches.templatetags import formats


@dataclass(frozen=True, slots=True)
class Held:
    """One sitting and who came to it, by pinyin."""

    sitting: Sitting
    names: tuple[str, ...]


def of_activity(activity: Activity) -> list[Sitting]:
    """Return the sittings in their order; none where the activity has one sitting (one query)."""
    return list(Sitting.objects.filter(activity=activity).order_by("ordinal"))


def with_names(activity: Activity) -> list[Held]:
    """Return the sittings with those who came (one query, two where there are several)."""
    found = of_activity(activity)
    if not found:
        return []
    names: dict[int | None, list[str]] = defaultdict(list)
    came = (
        Attendance.objects.filter(activity=activity, sitting__isnull=False, status__in=ATTENDED)
        .order_by("member__name_pinyin", "member_id")
        .values_list("sitting_id", "member__name")
    )
    for sitting_id, name in came:
        names[sitting_id].append(name)
    return [Held(sitting, tuple(names[sitting.pk])) for sitting in found]


def written(activity: Activity) -> str:
    """Return the sittings as the minutes tell them, "" for an activity of one sitting."""
    return "；".join(
        f"{held.sitting.label}（{time_words(held.sitting)}）"
        + (f"到会 {len(held.names)} 人：{'、'.join(held.names)}" if held.names else "无人到会")
        for held in with_names(activity)
    )


def time_words(sitting: Sitting) -> str:
    """Return 2026年10月20日 8:00 至 9:00，三楼会议室."""
    end = f" 至 {sitting.ends_at:%H:%M}" if sitting.ends_at else ""
    place = f"，{sitting.place}" if sitting.place else ""
    return f"{formats.day(sitting.held_on)} {sitting.starts_at:%H:%M}{end}{place}"
