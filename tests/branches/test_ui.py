"""What every component says, that it escapes what it is given, and that it refuses wrong props."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from branches.templatetags import formats

ROOT = Path(__file__).resolve().parents[2]
ATTACK = '"><script>alert(1)</script>'


def rendered(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def said(html: str) -> str:
    """What a reader sees or hears: the text, with runs of space as one."""
    without_data = re.sub(r"<script.*?</script>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", without_data)).split())


class Leave(forms.Form):
    reason = forms.CharField(label="请假事由", max_length=20, help_text="写清原因")
    days = forms.IntegerField(label="天数", required=False)
    way = forms.ChoiceField(label="方式", choices=[("A", "书面")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="已告知组长")
    token = forms.CharField(widget=forms.HiddenInput)


@dataclass(frozen=True)
class Step:
    label: str
    state: str


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            '{% card title="月度积分" note="基准 60 分" %}正文{% endcard %}',
            "月度积分 基准 60 分 正文",
        ),
        ("{% card %}正文{% endcard %}", "正文"),
        (
            '{% fold title="服务" note="已打 1 / 4 项" %}正文{% endfold %}',
            "服务 已打 1 / 4 项 正文",
        ),
        ('{% card title="名册" url="/a" action="更多" %}{% endcard %}', "名册 更多"),
        ('{% table label="名册" %}<tr><td>周岚</td></tr>{% endtable %}', "周岚"),
        ('{% figs %}{% fig value="86.40" label="总分" %}{% endfigs %}', "86.40 总分"),
        ('{% fig value="" label="到会率" %}', "— 到会率"),
        ('{% fig value="" label="星级" stars=4 %}', "★★★★ ☆ 星级"),
        ('{% callout title="公示期间" %}不能改{% endcallout %}', "公示期间 不能改"),
        ('{% props %}{% prop label="成立" value=None %}{% endprops %}', "成立 —"),
        ('{% menu label="更多" %}<a href="/a">导出</a>{% endmenu %}', "更多 导出"),
        (
            '{% confirm label="删除" title="删除签到？" lost="12 人的记录" %}是{% endconfirm %}',
            "删除 删除签到？ 12 人的记录 是",
        ),
        ("{% actions %}保存{% endactions %}", "保存"),
        ("{% field_row %}两栏{% endfield_row %}", "两栏"),
        (
            '{% due tag="逾期 3 天" tone="bad" title="党员大会" note="每季度 1 次"'
            ' url="/a" action="登记" %}',
            "逾期 3 天 党员大会 每季度 1 次 登记",
        ),
        ('{% due tag="本月" title="谈心谈话" %}', "本月 谈心谈话"),
        ('{% coming when="下周一" title="支委会" note="应到 5" %}', "下周一 支委会 应到 5"),
        (
            '{% line title="讲微党课" points=5 why="1 次 × 5 分" url="/a" url2="/b" %}',
            "讲微党课 +5.00 1 次 × 5 分 看记录 申诉",
        ),
        ('{% line title="只有题目" %}', "只有题目"),
        ('{% tag label="先进" tone="ok" %}', "先进"),
        ("{% stars n=4 %}", "★★★★ ☆"),
        ("{% stars n=0 %}", "☆☆☆☆☆"),
        ("{% stars n=9 %}", "★★★★★"),
        ("{% stars n=None %}", "—"),
        ("{% bar value=88 %}", "88"),
        ("{% bar value=None %}", "—"),
        ("{% bar value=120 full=100 %}", "120"),
        ("{% points value=2 %}", "+2.00"),
        ("{% points value=None %}", "—"),
        ("{% change value=None %}", "—"),
        ("{% change value=-0.04 %}", "持平 0.0"),
        ("{% spark values=one label='趋势' %}", "—"),
        ("{% progress done=0 total=None label='核算' %}", "核算 排队中"),
        ("{% progress done=12 total=40 label='核算' %}", "核算 12 / 40（30%） 30%"),
        ("{% progress done=50 total=40 label='核算' %}", "核算 50 / 40（100%） 100%"),
        ("{% steps items=steps %}", "核算 （已完成） 公示 审定"),
        ("{% segment items=segments label='期间' %}", "月 季 3"),
        ("{% crumbs items=trail %}", "活动 登记"),
        (
            '{% empty title="还没有活动" hint="先定计划" url="/a" label="登记活动" %}',
            "还没有活动 先定计划 登记活动",
        ),
        ('{% empty title="还没有活动" label="登记活动" %}', "还没有活动"),
        ("{% timeline items=events %}", "2026年10月20日 讲微党课 《我的岗位》 7月 转正"),
        ("{% tree nodes=nodes %}", "党委 32 党委的下级 一支部 换届 0"),
        ('{% filter_box target="#list" %}', ""),
        ('{% chart id="t" option=option title="趋势" %}表{% endchart %}', "看数据 表"),
        ("{% radar items=axes title='三标' %}", "基础 90 服务 80 廉洁 70"),
    ],
)
def test_a_component_says_what_it_is_given(source: str, words: str) -> None:
    html = rendered(
        source,
        one=[80],
        steps=[("核算", "done"), Step("公示", "now"), {"label": "审定", "state": ""}],
        segments=[("月", "/m", True), {"label": "季", "url": "/q", "active": False, "count": 3}],
        trail=[("活动", "/a"), ("登记", "")],
        events=[(date(2026, 10, 20), "讲微党课", "《我的岗位》"), {"when": "7月", "title": "转正"}],
        nodes=[
            {
                "label": "党委",
                "count": 32,
                "children": [{"label": "一支部", "note": "换届", "count": 0}],
            }
        ],
        option={"series": [Decimal("86.4")]},
        axes=[("基础", 90), ("服务", 80), ("廉洁", 70)],
    )

    assert said(html) == words


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("{% stars n=4 %}", 'aria-label="四星"'),
        ("{% stars n=0 %}", 'aria-label="无星"'),
        ("{% stars n=10 of=10 %}", 'aria-label="十星"'),
        ("{% points value=d %}", '<span class="down">−3.00</span>'),
        ("{% points value=0 %}", '<span class="mut">0.00</span>'),
        ("{% change value=1.25 %}", '<span class="up"><span class="sr">上升</span>+1.3</span>'),
        ("{% change value=d %}", '<span class="sr">下降</span>−3.0'),
        ("{% bar value=50 %}", '<rect class="part" width="23.0"'),
        ("{% bar value=120 %}", '<rect class="part" width="46.0"'),
        ("{% bar value=-5 %}", '<rect class="part" width="0.0"'),
        ("{% bar value=59.9 places=1 %}", 'class="bar low"'),
        ("{% bar value=60 %}", 'class="bar"'),
        ("{% bar value=90 %}", 'class="bar top"'),
        ("{% bar value=10 low=None %}", 'class="bar"'),
        ("{% progress done=1200 total=40000 %}", '<progress max="40000" value="1200"'),
        ("{% steps items=steps %}", '<li class="on" aria-current="step">公示</li>'),
        ('{% segment items=segs kind="tabs" %}', '<a href="/m" class="on" aria-current="page">月'),
        ('{% table label="名册" kind="pin" %}{% endtable %}', '<table class="tbl table-pin">'),
        ('{% table label="名册" kind="cards" %}{% endtable %}', '<table class="tbl table-cards">'),
        ('{% table label="名册" %}{% endtable %}', 'role="region" aria-label="名册" tabindex="0"'),
        ('{% due tag="a" title="b" url="/x" post=True %}', '<form method="post" action="/x">'),
        ('{% due tag="a" title="b" url="/x" action="办" %}', 'aria-label="办：b">办</a>'),
        ('{% chart id="t" option=option title="趋势" %}{% endchart %}', '{"series": [86.4]}'),
        ('{% chart id="t" option=option title="趋势" size="l" %}{% endchart %}', "chart-l"),
        (
            '{% roll_row label="周岚" name="s1" value="LATE" choices=choices keys="zl" %}',
            'value="LATE" checked',
        ),
        (
            '{% roll_row label="周岚" name="s1" choices=choices keys="zl" %}',
            'data-filter="周岚 zl"',
        ),
        (
            '{% roll label="签到" present="PRESENT LATE" %}{% endroll %}',
            'data-roll="PRESENT LATE"',
        ),
    ],
)
def test_a_component_carries_its_meaning_in_its_markup(source: str, part: str) -> None:
    html = rendered(
        source,
        d=Decimal("-3"),
        steps=[("公示", "now")],
        segs=[("月", "/m", True)],
        option={"series": [Decimal("86.4")]},
        choices=[("PRESENT", "到", "ok"), ("LATE", "迟到")],
    )

    assert html.count(part) == 1


@pytest.mark.parametrize(
    "source",
    [
        '{% card titel="x" %}{% endcard %}',
        '{% card tone="loud" %}{% endcard %}',
        "{% table %}{% endtable %}",
        '{% table label="x" kind="wild" %}{% endtable %}',
        '{% chart id="x" option=o title="x" size="xl" %}{% endchart %}',
        "{% stars n=3 off=5 %}",
        "{% stars 3 %}",
        '{% tag label="x" tone="loud" %}',
        '{% tag text="x" %}',
        '{% bar value=1 colour="red" %}',
        '{% segment items=o kind="pills" %}',
        '{% empty hint="x" %}',
        '{% due title="x" %}',
        "{% field name=o %}",
        '{% radar items=two title="x" %}',
        '{% roll label="x" %}{% endroll %}',
    ],
)
def test_a_wrong_prop_is_a_syntax_error(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        rendered(source, o={}, two=[("a", 1), ("b", 2)])


@pytest.mark.parametrize(
    "source",
    [
        "{% card title=x note=x url=x action=x id=x %}{{ x }}{% endcard %}",
        "{% table label=x %}{{ x }}{% endtable %}",
        "{% fig value=x label=x url=x %}",
        "{% callout title=x %}{{ x }}{% endcallout %}",
        "{% prop label=x value=x url=x %}",
        "{% menu label=x %}{{ x }}{% endmenu %}",
        "{% confirm label=x title=x lost=x %}{{ x }}{% endconfirm %}",
        "{% due tag=x title=x note=x url=x action=x %}",
        "{% coming when=x title=x note=x url=x %}",
        "{% line title=x why=x url=x action=x %}",
        "{% tag label=x %}",
        "{% bar value=1 label=x %}",
        "{% spark values=numbers label=x %}",
        "{% radar items=axes title=x other_label=x %}",
        "{% progress done=1 total=2 label=x %}",
        "{% steps items=pairs %}",
        "{% segment items=pairs label=x %}",
        "{% crumbs items=pairs %}",
        "{% empty title=x hint=x url=x label=x %}",
        "{% timeline items=triples %}",
        "{% tree nodes=nodes label=x %}",
        "{% calendar weeks=weeks label=x %}",
        "{% filter_box target=x label=x %}",
        "{% chart id=x option=option title=x %}{{ x }}{% endchart %}",
        "{% roll label=x present=x all_value=x all_label=x filter=True %}{{ x }}{% endroll %}",
        "{% roll_row label=x name=x value=x note=x keys=x choices=pairs errors=list %}",
        "{% field field=form.reason label=x help=x %}",
    ],
)
def test_a_component_escapes_what_it_is_given(source: str) -> None:
    day = {
        "date": date(2026, 10, 20),
        "in_month": True,
        "today": True,
        "items": [(ATTACK, ATTACK, "")],
    }
    html = rendered(
        source,
        x=ATTACK,
        list=[ATTACK],
        pairs=[(ATTACK, ATTACK)],
        triples=[(ATTACK, ATTACK, ATTACK, ATTACK)],
        axes=[(ATTACK, 1, 1)] * 3,
        numbers=[1, 2],
        nodes=[{"label": ATTACK, "url": ATTACK, "note": ATTACK, "count": ATTACK}],
        weeks=[[day]],
        option={"title": ATTACK},
        form=Leave({"reason": ATTACK}),
    )

    assert ATTACK not in html
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(2026, 10, 20), "2026年10月20日|2026年10月|周二"),
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), "2026年11月1日|2026年11月|周日"),
        (None, "—|—|—"),
    ],
)
def test_dates_are_written_in_chinese_and_in_local_time(value: Any, words: str) -> None:
    with timezone.override("Asia/Shanghai"):
        assert rendered("{{ v|day }}|{{ v|month }}|{{ v|weekday }}", v=value) == words


@pytest.mark.parametrize(
    ("write", "value", "words"),
    [
        (formats.clock, datetime(2026, 10, 20, 7, 0, tzinfo=UTC), "10月20日 15:00 周二"),
        (formats.clock, None, "—"),
        (formats.hm, datetime(2026, 10, 20, 16, 5, tzinfo=UTC), "00:05"),
        (formats.hm, time(9, 30), "09:30"),
        (formats.hm, None, "—"),
        (formats.score, Decimal("86.405"), "86.41"),
        (formats.score, Decimal("-0.5"), "−0.50"),
        (formats.score, 0, "0.00"),
        (formats.score, None, "—"),
        (formats.rate, Decimal("0.952"), "95.2%"),
        (formats.rate, 1, "100.0%"),
        (formats.rate, None, "—"),
        (formats.dash, 0, 0),
        (formats.dash, "", "—"),
        (formats.lasting, timedelta(seconds=61), "2 分钟"),
        (formats.lasting, timedelta(minutes=90), "1 小时 30 分钟"),
        (formats.lasting, timedelta(days=3), "3 天"),
        (formats.lasting, None, "—"),
    ],
)
def test_a_filter_writes_a_value(write: Callable[[Any], object], value: Any, words: object) -> None:
    with timezone.override("Asia/Shanghai"):
        assert write(value) == words


class TestPager:
    def test_keeps_the_query_and_marks_the_page(self) -> None:
        page = Paginator(range(100), 10).page(2)
        request = RequestFactory().get("/members/", {"q": "周 岚", "page": "2"})
        html = Template("{% load ui %}{% pager page=page %}").render(
            Context({"page": page, "request": request})
        )

        assert re.findall(r'href="([^"]+)" rel="(\w+)"', html) == [
            ("?q=%E5%91%A8+%E5%B2%9A&amp;page=1", "prev"),
            ("?q=%E5%91%A8+%E5%B2%9A&amp;page=3", "next"),
        ]
        assert re.findall(r'aria-current="page">(\d+)<', html) == ["2"]

    def test_one_page_needs_no_pager(self) -> None:
        assert rendered("{% pager page=page %}", page=Paginator([1], 10).page(1)).strip() == ""


class TestFields:
    def test_a_field_has_its_label_help_and_error_tied_to_it(self) -> None:
        form = Leave({"reason": ""})
        html = rendered("{% field field=form.reason %}", form=form)

        assert said(html) == f"请假事由 写清原因 {form.errors['reason'][0]}"
        assert 'for="id_reason"' in html
        assert 'aria-describedby="id_reason_helptext id_reason_error"' in html
        assert re.findall(r'id="(id_reason_\w+)"', html) == [
            "id_reason_helptext",
            "id_reason_error",
        ]

    @pytest.mark.parametrize(
        ("name", "start"),
        [
            ("days", "天数 选填"),
            ("way", "方式 书面"),
            ("agreed", "已告知组长"),
        ],
    )
    def test_each_kind_of_field_is_labelled(self, name: str, start: str) -> None:
        html = rendered("{% field field=f %}", f=Leave()[name])

        assert said(html) == start

    def test_help_given_to_the_tag_is_tied_to_the_control(self) -> None:
        html = rendered('{% field field=form.days help="整天数" %}', form=Leave())

        assert said(html) == "天数 选填 整天数"
        assert 'aria-describedby="id_days_helptext"' in html

    def test_a_counter_is_asked_for_by_an_attribute(self) -> None:
        html = rendered("{% field field=form.reason counter=True %}", form=Leave())

        assert html.count("data-counter") == 1

    def test_a_whole_form_brings_its_hidden_fields(self) -> None:
        html = rendered("{% fields form=form %}", form=Leave())

        assert re.findall(r'name="(\w+)"', html) == ["token", "reason", "days", "way", "agreed"]

    def test_the_summary_counts_the_faults_and_leads_to_each(self) -> None:
        form = Leave({"reason": "事", "way": "A", "token": "t", "days": "x"})
        html = rendered("{% form_errors form=form %}", form=form)

        assert re.findall(r'href="#(\w+)"', html) == ["id_days", "id_agreed"]
        assert said(html).startswith("有 2 处需要修改")

    def test_a_form_without_faults_has_no_summary(self) -> None:
        assert rendered("{% form_errors form=form %}", form=Leave()).strip() == ""


@dataclass(frozen=True)
class Place:
    label: str
    url: str
    active: bool
    count: int
    on_phone: bool


@dataclass(frozen=True)
class Account:
    name: str
    place: str
    post_label: str


class TestBase:
    def page(self) -> str:
        return render_to_string(
            "base.html",
            {
                "nav_items": [
                    Place("首页", "/", True, 0, True),
                    Place("台账", "/l/", False, 2, False),
                ],
                "account": Account("周岚", "选煤厂党支部", "支部书记"),
                "csrf_token": "abc",
            },
        )

    def test_names_the_place_and_the_person(self) -> None:
        side = self.page().split('class="side"')[1].split("</nav>")[0]

        assert said("<" + side) == "支部管理 选煤厂党支部 首页 台账 待办 2 支部书记 · 周岚"

    def test_the_phone_bar_holds_the_few_and_the_way_to_all(self) -> None:
        bar = self.page().split('class="tabbar"')[1].split("<details")[0]

        assert re.findall(r'href="([^"]+)"', bar) == ["/"]

    def test_requests_made_by_htmx_carry_the_token(self) -> None:
        assert """hx-headers='{"X-CSRFToken": "abc"}'""" in self.page()

    def test_a_visitor_gets_no_navigation(self) -> None:
        assert "<nav" not in render_to_string("base.html", {})


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("400.html", "这次请求不完整，系统没有处理"),
        ("403.html", "您的职务没有办理这件事的权限"),
        ("404.html", "没有找到这个页面"),
        ("429.html", "操作太频繁，请稍后再试"),
        ("500.html", "系统出错了，这一步没有完成"),
        ("503.html", "系统正在维护"),
        ("accounts/locked.html", "密码多次输入错误，登录已暂停"),
    ],
)
def test_an_error_page_stands_without_a_context(name: str, heading: str) -> None:
    html = render_to_string(name)

    assert re.findall(r"<h1>(.*?)</h1>", html) == [heading]
    assert re.findall(r'class="btn p" href="([^"]*)"', html) in (["/"], [""])


def test_a_stale_form_is_told_apart_from_a_missing_right() -> None:
    html = render_to_string("403.html", {"csrf": True})

    assert re.findall(r"<h1>(.*?)</h1>", html) == ["页面放得太久，刚才的提交没有保存"]


def test_the_locked_page_says_how_long() -> None:
    html = render_to_string(
        "accounts/locked.html", {"failure_limit": 5, "cooloff_timedelta": timedelta(minutes=15)}
    )

    assert "连续 5 次密码错误后" in html
    assert "这个账号 15 分钟内不能登录" in html


FORBIDDEN = re.compile(
    r"\sstyle\s*=|\son[a-z]+\s*=|<style|javascript:|(?:src|href)=\"(?:https?:)?//"
)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>")
OWN = ["base.html", "print.html", *sorted(p.name for p in (ROOT / "templates").glob("[45]*.html"))]
KIT = [ROOT / "templates" / name for name in OWN] + sorted((ROOT / "templates" / "ui").glob("*"))


@pytest.mark.parametrize("path", KIT, ids=lambda p: p.name)
def test_a_template_of_the_kit_needs_nothing_the_policy_refuses(path: Path) -> None:
    source = path.read_text("utf-8")

    assert FORBIDDEN.findall(source) + INLINE_SCRIPT.findall(source) == []


@pytest.mark.parametrize(
    "planted",
    ['<p style="x">', '<a onclick="x">', '<img src="//cdn.example/x">', '<a href="https://x">'],
)
def test_a_planted_breach_of_the_policy_is_seen(planted: str) -> None:
    assert FORBIDDEN.search(planted) is not None
