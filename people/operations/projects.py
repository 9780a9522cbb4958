"""揭榜: a project is put up and published, put off, taken back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import Organization, User
from people.models import Project, ProjectNote
from people.queries import projects
from people.rules.projects import PROJECT, RUNNING, ProjectState, ProjectStep
from people.wording import projects as wording


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a project is about, how it is accepted and until when."""

    title: str
    target: str
    acceptance: str
    due_on: dt.date


@transaction.atomic
def put_up(
    *, organization: Organization, facts: ProjectFacts, by: User, at: dt.datetime
) -> Project:
    """Write a project down; nobody but who keeps the records sees it until it is published.

    What was sent twice within a minute is entered once.

    :raises Refused: something is missing, or the day is past.
    """
    given = _given(facts, timezone.localdate(at))
    same = Project.objects.filter(organization=organization, state=ProjectState.DRAFT, **given)
    if twice := repeated(same, action="project.put_up", by=by, at=at):
        return twice
    row = Project.objects.create(organization=organization, made_by=by, made_at=at, **given)
    record("project.put_up", row, by, at, after={"title": row.title, "due_on": row.due_on})
    return row


@transaction.atomic
def change(*, project: Project, facts: ProjectFacts, by: User, at: dt.datetime) -> Project:
    """Change what a project is about, as long as it is a draft.

    :raises Refused: it is published, something is missing, or the day is past.
    """
    row = locked(project)
    if row.state != ProjectState.DRAFT:
        raise Refused("已经发布的项目不能再改内容；期限可以延长，或者取消后重新发布。")
    given = _given(facts, timezone.localdate(at))
    before = {name: getattr(row, name) for name in given}
    if before == given:
        return row
    for name, value in given.items():
        setattr(row, name, value)
    row.save(update_fields=list(given))
    changed = {name for name in given if given[name] != before[name]} & {"title", "due_on"}
    record(
        "project.changed", row, by, at,
        before={name: before[name] for name in changed},
        after={name: given[name] for name in changed},
    )  # fmt: skip
    return row


@transaction.atomic
def publish(*, project: Project, by: User, at: dt.datetime) -> Project:
    """Put it up for the members of the organisation and of all below, and tell them.

    :raises Refused: its day is past.
    :raises StepNotAllowed: it is published already.
    """
    row = locked(project)
    row.state = PROJECT.after(ProjectState(row.state), ProjectStep.PUBLISH)
    today = timezone.localdate(at)
    if row.due_on <= today:
        raise Refused("完成期限已经到了，请先改期限再发布。")
    row.save(update_fields=["state"])
    record("project.published", row, by, at, after={"title": row.title, "due_on": row.due_on})
    addressed = projects.addressed(row, today).exclude(pk=by.pk)
    text = f"{row.organization.short_name}发布揭榜项目“{row.title}”，欢迎揭榜"
    notices.tell_many(addressed, text, url=url_of(row), at=at)
    return row


@transaction.atomic
def put_off(
    *, project: Project, due_on: dt.date, reason: str, by: User, at: dt.datetime
) -> Project:
    """Set a later day, with the reason.

    :raises Refused: nobody can put it off any more, no reason, an earlier day, or for oneself.
    """
    row = locked(project)
    if row.state not in RUNNING:
        raise Refused(wording.refused_step(row.state))
    check_not_own(row, by)
    if not reason.strip():
        raise Refused("请写明延期的原因。")
    if due_on <= max(row.due_on, timezone.localdate(at)):
        raise Refused("新的期限要晚于原来的期限和今天。")
    before, row.due_on = row.due_on, due_on
    row.save(update_fields=["due_on"])
    write_note(row, f"期限延到 {due_on.year}年{due_on.month}月{due_on.day}日：{reason}", by, at)
    record("project.put_off", row, by, at, before={"due_on": before}, after={"due_on": due_on})
    text = f"揭榜项目“{row.title}”的期限延到 {due_on.month}月{due_on.day}日"
    tell(projects.workers(row), text, row, by, at)
    return row


@transaction.atomic
def cancel(*, project: Project, reason: str, by: User, at: dt.datetime) -> Project:
    """Take a project back that nobody has claimed.

    :raises Refused: no reason.
    :raises StepNotAllowed: somebody has claimed it, or it is over.
    """
    row = locked(project)
    row.state = PROJECT.after(ProjectState(row.state), ProjectStep.CANCEL)
    if not reason.strip():
        raise Refused("请写明取消的原因。")
    row.verdict, row.decided_on, row.decided_by = reason.strip(), timezone.localdate(at), by
    row.save(update_fields=["state", "verdict", "decided_on", "decided_by"])
    record("project.cancelled", row, by, at, after={"title": row.title, "reason": row.verdict})
    return row


def locked(project: Project) -> Project:
    """Return the row as it stands now, locked until the end of the transaction."""
    Project.objects.select_for_update().get(pk=project.pk)
    # Read after the lock: a join that may be empty does not see what was waited for.
    return (
        Project.objects.select_related("organization", "leader__user")
        .defer("leader__id_number", "leader__phone")
        .get(pk=project.pk)
    )


def check_not_own(row: Project, by: User) -> None:
    """Four eyes: nobody decides about what he leads or works on.

    :raises Refused: the person does.
    """
    if projects.workers(row).filter(pk=by.pk).exists():
        raise Refused("您是这个项目的揭榜人或者成员，请由其他同志办理。")


def write_note(row: Project, text: str, by: User, at: dt.datetime) -> ProjectNote:
    """Add a line to how the project goes on, cut to what a line holds."""
    most = ProjectNote._meta.get_field("text").max_length
    return ProjectNote.objects.create(
        project=row, on=timezone.localdate(at), text=text.strip()[:most], entered_by=by,
        entered_at=at,
    )  # fmt: skip


def record(
    action: str,
    row: Project,
    by: User,
    at: dt.datetime,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(
        action, by=by, at=at, on=row, organization=row.organization, before=before, after=after
    )


def tell(users: QuerySet[User], text: str, row: Project, by: User, at: dt.datetime) -> None:
    """Tell those concerned, but for who did it."""
    notices.tell_many(users.exclude(pk=by.pk), text, url=url_of(row), at=at)


def url_of(row: Project) -> str:
    return reverse("project", kwargs={"pk": row.pk})


def _given(facts: ProjectFacts, today: dt.date) -> dict[str, object]:
    texts = {
        "title": facts.title.strip(),
        "target": facts.target.strip(),
        "acceptance": facts.acceptance.strip(),
    }
    if not all(texts.values()):
        raise Refused("请写明项目、目标和验收标准。")
    if facts.due_on <= today:
        raise Refused("完成期限要晚于今天。")
    return {**texts, "due_on": facts.due_on}
