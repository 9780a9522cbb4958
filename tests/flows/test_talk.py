"""A talk becomes due, is held on a phone, read by the member, and stays between the two."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from activities.models import Problem
from branches.models import AuditEntry, Notice
from branches.rules.roles import Role
from members.models import MemberEvent
from people.models import Talk, TalkReading
from people.tasks import talks_due
from tests.people.talking import enrol

NOTE, ADDED = "孩子中考，想调早班", "班次已经和家里商量过"


def test_due_held_read_and_confidential(committee, branch_a, branch_b, person):
    today = timezone.localdate()
    secretary = person(Role.SECRETARY, branch_a)
    enrol(branch_a, "周岚", secretary.user)
    talker, member = person(), person()
    li, chen = enrol(branch_a, "李敏", talker.user), enrol(branch_a, "陈卓", member.user)

    # In the night a commendation on the file makes a talk due; the member learns that, not why.
    MemberEvent.objects.create(
        member=chen, kind="HONOURED", happened_on=today, recorded_at=timezone.now()
    )
    talks_due()
    row = Talk.objects.get()
    assert row.due_on == today + dt.timedelta(days=7)
    [notice] = Notice.objects.filter(recipient=member.user)
    assert "支部和您谈心谈话" in notice.text
    assert "表彰" not in notice.text

    # The secretary finds it on 首页 and names who talks.
    home = secretary.get("/").content.decode()
    assert "1 次谈心谈话还没有定谈话人" in home
    assert "受到表彰" in secretary.get(reverse("talk-list")).content.decode()
    assigned = secretary.post(
        reverse("talk-assign", kwargs={"pk": row.pk}), {"talker": li.pk, "due_on": row.due_on}
    )
    assert assigned.url == reverse("talk-list")

    # The talker: one tap on 首页, what was said, one tap.
    hold = reverse("talk-hold-due", kwargs={"pk": row.pk})
    assert f'href="{hold}"' in talker.get("/").content.decode()
    held = talker.post(hold, {"held_on": today, "place": "休息室", "note": NOTE})
    assert held.url == reverse("my-talks")
    assert "谈心谈话" not in talker.get("/").context["due"].__repr__()

    # The member sees that it is kept, reads it, adds to it.
    page = reverse("talk", kwargs={"pk": row.pk})
    assert page in member.get(reverse("my-talks")).content.decode()
    read = reverse("talk-read", kwargs={"pk": row.pk})
    assert NOTE in member.post(read).content.decode()
    member.post(reverse("talk-answer", kwargs={"pk": row.pk}), {"text": ADDED})
    assert ADDED in talker.post(read).content.decode()
    own = member.get(page).content.decode()
    assert [reading.reader for reading in TalkReading.objects.order_by("pk")] == [
        member.user, talker.user,
    ]  # fmt: skip
    assert talker.user.name in own

    # A third party finds neither page nor words; the secretary neither, as it is not shared.
    for role, place in [
        (Role.DEPUTY_SECRETARY, branch_a), (Role.SECRETARY, committee),
        (Role.REVIEWER, committee), (Role.ADMINISTRATOR, committee), (Role.AUDITOR, committee),
        (Role.SECRETARY, branch_b), (None, None),
    ]:  # fmt: skip
        other = person(role, place)
        assert (other.get(page).status_code, other.post(read).status_code) == (404, 404)
    assert (secretary.get(page).status_code, secretary.post(read).status_code) == (404, 404)

    # Corrected within the day, and shared: now the secretary may, and the member sees that he did.
    talker.post(
        reverse("talk-correct", kwargs={"pk": row.pk}), {"note": f"{NOTE}。", "is_shared": "on"}
    )
    assert f"{NOTE}。" in secretary.post(read).content.decode()
    assert secretary.user.name in member.get(page).content.decode()

    # What needs solving travels in words typed anew, with consent; nothing else does.
    url = reverse("talk-raise", kwargs={"pk": row.pk})
    assert talker.post(url, {"text": "早班班车没有座位"}).context["form"].errors == {
        "has_consent": ["没有本人同意，不能提出。请先和本人说明。"]
    }
    talker.post(url, {"text": "早班班车没有座位", "has_consent": "on"})
    problem = Problem.objects.get()
    seen = secretary.get(reverse("problem", kwargs={"pk": problem.pk})).content.decode()
    assert ("早班班车没有座位" in seen, "中考" in seen, "陈卓" in seen) == (True, False, False)

    # The year's coverage shows the day of both.
    covered = secretary.get(reverse("talk-coverage")).content.decode()
    assert covered.count(f"{today.year}年{today.month}月{today.day}日") == 2
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"talk.held", "talk.read", "talk.corrected", "talk.answered"} <= actions
