"""When a digest may go out, and what it says."""

import datetime as dt

import pytest

from branches.rules.reminders import Line, digest, group_digest, is_quiet, pause_after

T, D = dt.time, dt.date
TODAY = D(2026, 10, 20)


@pytest.mark.parametrize(
    ("time", "quiet_from", "quiet_to", "quiet"),
    [
        (T(20, 59, 59), T(21), T(7), False),
        (T(21), T(21), T(7), True),
        (T(0), T(21), T(7), True),
        (T(6, 59, 59), T(21), T(7), True),
        (T(7), T(21), T(7), False),
        (T(12), T(12), T(14), True),
        (T(13, 59), T(12), T(14), True),
        (T(14), T(12), T(14), False),
        (T(8), T(8), T(8), False),
    ],
)
def test_quiet_hours_begin_with_their_first_minute_and_end_before_their_last(
    time, quiet_from, quiet_to, quiet
):
    assert is_quiet(time, quiet_from, quiet_to) is quiet


@pytest.mark.parametrize(
    ("attempts", "pause"), [(1, dt.timedelta(minutes=10)), (2, dt.timedelta(hours=1)), (3, None)]
)
def test_a_digest_is_tried_three_times(attempts, pause):
    assert pause_after(attempts) == pause


def test_a_digest_says_the_seven_most_urgent_and_how_many_more():
    lines = [Line(f"事项{n}", TODAY + dt.timedelta(days=n - 1)) for n in range(9)]

    assert digest(lines, TODAY, "https://x.cn") == (
        "您有 9 件事要办，其中 1 件已逾期：\n\n"
        "· 事项0（逾期 1 天）\n"
        "· 事项1（今天到期）\n"
        "· 事项2（10 月 21 日前）\n"
        "· 事项3（10 月 22 日前）\n"
        "· 事项4（10 月 23 日前）\n"
        "· 事项5（10 月 24 日前）\n"
        "· 事项6（10 月 25 日前）\n"
        "还有 2 件，登录后查看。\n\n"
        "办理：https://x.cn"
    )


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ((-1,), "【采煤党支部】现有 1 件事要办，1 件已逾期。请登录支部管理系统办理。"),
        ((0, 7), "【采煤党支部】现有 2 件事要办，2 件一周内到期。请登录支部管理系统办理。"),
        ((8,), "【采煤党支部】现有 1 件事要办。请登录支部管理系统办理。"),
        (
            (-3, 1),
            "【采煤党支部】现有 2 件事要办，1 件已逾期，1 件一周内到期。请登录支部管理系统办理。",
        ),
    ],
)
def test_a_group_hears_numbers_and_never_a_name(days, text):
    lines = [Line("预备党员周岚办理转正", TODAY + dt.timedelta(days=day)) for day in days]

    assert group_digest("采煤党支部", lines, TODAY, "") == text
