import os, datetime as dt, pathlib

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
import pytest
from django.utils import timezone
from django.urls import reverse
from playwright.sync_api import sync_playwright
from branches.models import *
from branches.operations import organizations, accounts, calendar_days
from branches import notices, jobs, documents, audit, demo_accounts
from tests.conftest import set_up

OUT = pathlib.Path("/tmp/look")
OUT.mkdir(exist_ok=True)
ONLY = os.environ.get("ONLY", "").split(",") if os.environ.get("ONLY") else None


@pytest.mark.django_db(transaction=True)
def test_look(live_server, committee, branch_a, branch_b, group_a, person, at, settings):
    settings.DEMO = True
    now = timezone.now()
    gb = set_up("QF9", "运输党总支", "GENERAL_BRANCH", committee, at)
    for i in range(3):
        b = set_up(f"QF9{i}", f"运输{'一二三'[i]}队党支部", "BRANCH", gb, at)
        set_up(f"QF9{i}1", f"第{'一二三'[i]}小组", "GROUP", b, at)
    old = set_up("QF8", "筹建处党支部", "BRANCH", committee, at)
    admin = person("ADMINISTRATOR", committee).user
    organizations.dissolve(organization=old, on=dt.date(2026, 9, 1), by=admin, at=now)
    sec = person("SECRETARY", branch_a).user
    sec.name = "周岚"
    sec.save()
    for n, r, d in [
        ("王建国", "DEPUTY_SECRETARY", ""),
        ("李敏", "COMMITTEE_MEMBER", "组织委员"),
        ("陈卓", "COMMITTEE_MEMBER", "宣传委员"),
        ("赵铁柱", "GROUP_LEADER", ""),
    ]:
        u, _ = accounts.open_account(
            username=f"u{len(n)}{r.lower()[:5]}{ord(n[0])}",
            name=n,
            organization=branch_a,
            by=admin,
            at=now,
        )
        Post.objects.create(
            user=u,
            organization=group_a if "GROUP" in r else branch_a,
            role=r,
            duty=d,
            started_on=dt.date(2024, 3, 1),
        )
    for a in demo_accounts.ACCOUNTS:
        User.objects.create(username=a.username, name=a.role, created_at=now)
    aud = person("AUDITOR", committee).user
    from django.db import transaction

    with transaction.atomic():
        audit.record(
            "demo.seeded",
            by=None,
            at=now,
            on=committee,
            organization=committee,
            after={"members": 420},
        )
    organizations.record_term(
        organization=branch_a, elected_on=dt.date(2021, 1, 5), by=admin, at=now
    )
    organizations.record_term(
        organization=branch_a, elected_on=dt.date(2024, 2, 5), by=admin, at=now
    )
    organizations.record_term(
        organization=branch_b, elected_on=dt.date(2022, 2, 5), by=admin, at=now
    )
    calendar_days.set_day(
        day=dt.date(2026, 11, 28), is_working=True, note="年终保供，全员上班", by=admin, at=now
    )
    notices.tell([sec], "10 月星级核算已完成，本支部四星 86.40 分", url="/", at=now)
    notices.tell([sec], "你已被任命为采煤党支部书记", url="/", at=now - dt.timedelta(days=3))
    Notice.objects.filter(text__startswith="你已").update(read_at=now)
    q, _ = jobs.request(
        "x",
        arguments={"a": 1},
        label="党委 2026 年 10 月核算",
        by=sec,
        at=now,
        organization=branch_a,
    )
    r, _ = jobs.request(
        "x",
        arguments={"a": 2},
        label="采煤党支部 三会一课台账 2026 年 10 月",
        by=sec,
        at=now - dt.timedelta(minutes=5),
        organization=branch_a,
    )
    Job.objects.filter(pk=r.pk).update(
        state="RUNNING", done=1, total=3, message="正在排版，共 42 条", heart_beat_at=now
    )
    doc = documents.keep(
        b"x" * 53000,
        title="t",
        filename="采煤党支部 三会一课台账（2026 年 10 月）.pdf",
        content_type="application/pdf",
        owner=sec,
        organization=branch_a,
        at=now,
    )
    d, _ = jobs.request(
        "x",
        arguments={"a": 3},
        label="采煤党支部 三会一课台账 2026 年 9 月",
        by=sec,
        at=now,
        organization=branch_a,
    )
    Job.objects.filter(pk=d.pk).update(
        state="DONE",
        done=3,
        total=3,
        message="共 4 页，42 条",
        finished_at=now,
        document=doc,
        result_url="/ledgers/",
    )
    f, _ = jobs.request(
        "x", arguments={"a": 4}, label="导入花名册", by=sec, at=now, organization=branch_a
    )
    Job.objects.filter(pk=f.pk).update(
        state="FAILED",
        finished_at=now,
        error="第 12 行“入党日期”不是日期：1998.13。请改正后重新上传。",
    )
    w, _ = jobs.request(
        "x",
        arguments={"a": 5},
        label="党委 2026 年 9 月核算",
        by=sec,
        at=now - dt.timedelta(minutes=5),
        organization=branch_a,
    )
    first = User.objects.create(
        username="first", name="新书记", created_at=now, must_change_password=True
    )
    from django.test import Client

    pages = [
        ("login", None, "/login/"),
        ("password_first", first, "/account/password/"),
        ("password", sec, "/account/password/"),
        ("mine", sec, "/account/"),
        ("acc_list", admin, "/accounts/"),
        ("acc_new", admin, "/accounts/new/"),
        ("acc", admin, f"/accounts/{sec.pk}/"),
        ("acc_self", admin, f"/accounts/{admin.pk}/"),
        ("tree", admin, "/organizations/"),
        ("tree_q", admin, "/organizations/?q=党支部"),
        ("org_com", admin, f"/organizations/{committee.pk}/"),
        ("org_a", admin, f"/organizations/{branch_a.pk}/"),
        ("org_b", sec, f"/organizations/{branch_a.pk}/"),
        ("org_near", admin, f"/organizations/{branch_b.pk}/"),
        ("org_group", admin, f"/organizations/{group_a.pk}/"),
        ("org_new", admin, f"/organizations/new/?parent={committee.pk}"),
        ("org_move", admin, f"/organizations/{branch_a.pk}/move/"),
        ("org_dis", admin, f"/organizations/{branch_b.pk}/dissolve/"),
        ("org_dis_no", admin, f"/organizations/{branch_a.pk}/dissolve/"),
        ("org_term", admin, f"/organizations/{branch_a.pk}/term/"),
        ("cal", admin, "/calendar/?period=2026-10"),
        ("cal_nov", admin, "/calendar/?period=2026-11"),
        ("cal_year", admin, "/calendar/?period=2026"),
        ("cal_27", admin, "/calendar/?period=2027-02"),
        ("notices", sec, "/notices/"),
        ("jobs", sec, "/jobs/"),
        ("job_q", sec, f"/jobs/{w.pk}/"),
        ("job_r", sec, f"/jobs/{r.pk}/"),
        ("job_d", sec, f"/jobs/{d.pk}/"),
        ("job_f", sec, f"/jobs/{f.pk}/"),
        ("audit", aud, "/audit/"),
        ("led", sec, "/ledgers/"),
        ("led_err", sec, f"/ledgers/?ledger=stars&organization={branch_a.pk}&period=2026Q3"),
        ("led_3", sec, f"/ledgers/three-meetings/{branch_a.pk}/2026Q3/"),
        ("led_stars", sec, f"/ledgers/stars/{branch_a.pk}/2026-10/"),
        ("reset", admin, None),
    ]
    with sync_playwright() as p:
        br = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, user, url in pages:
            if ONLY and name not in ONLY:
                continue
            for wd in (1280, 360):
                ctx = br.new_context(
                    viewport={"width": wd, "height": 860 if wd > 500 else 780},
                    device_scale_factor=1,
                )
                if user:
                    c = Client()
                    c.force_login(user)
                    ctx.add_cookies(
                        [
                            {
                                "name": "sessionid",
                                "value": c.cookies["sessionid"].value,
                                "url": live_server.url,
                            }
                        ]
                    )
                pg = ctx.new_page()
                logs = []
                pg.on(
                    "console",
                    lambda m: logs.append(m.text) if m.type in ("error", "warning") else None,
                )
                if url is None:
                    pg.goto(live_server.url + f"/accounts/{sec.pk}/")
                    pg.get_by_text("重置密码").first.click()
                    pg.screenshot(path=OUT / f"acc_confirm_{wd}.png", full_page=True)
                    pg.get_by_role("button", name="确认重置").click()
                else:
                    pg.goto(live_server.url + url)
                pg.screenshot(path=OUT / f"{name}_{wd}.png", full_page=True)
                over = pg.evaluate(
                    "document.documentElement.scrollWidth>document.documentElement.clientWidth"
                )
                if over or logs:
                    print(name, wd, "OVERFLOW" if over else "", logs)
                ctx.close()
        br.close()
