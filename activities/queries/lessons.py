"""What an activity taught, in the words of its record."""

from __future__ import annotations

from activities.models import Activity, Lesson
from activities.queries.learning import plain
from activities.rules.hours import CLASS_KINDS


def of_activity(activity: Activity) -> Lesson | None:
    """Return what was taught, with its course's order (one query); None where nobody said."""
    return (
        Lesson.objects.filter(activity=activity)
        .select_related("course", "base", "activity__course_order__lecturer")
        .first()
    )


def hours_words(activity: Activity, lesson: Lesson | None) -> str:
    """Return how many class hours an activity gives whoever attended it."""
    if lesson is not None and lesson.hours is not None:
        return f"{plain(lesson.hours)} 学时"
    if activity.kind in CLASS_KINDS:
        return "按起止时间计学时" if activity.ends_at else "没有结束时间，不计学时"
    return "不计学时"


def written(activity: Activity) -> str:
    """Return what the printed record says of it (one query), "" where nobody said anything."""
    lesson = of_activity(activity)
    if lesson is None:
        return ""
    order = getattr(lesson.activity, "course_order", None)
    lecturer = order.lecturer if order is not None else None
    found = [
        lesson.get_topic_display(),
        lesson.get_study_list_display(),
        f"课程《{lesson.course.title}》" if lesson.course else "",
        f"授课 {lecturer.name}" if lecturer else "",
        lesson.base.name if lesson.base else "",
        hours_words(activity, lesson) if lesson.hours is not None else "",
    ]
    return "，".join(filter(None, found))
