"""The trial command: files in, a file out, no database."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

PRESETS = Path(__file__).resolve().parents[2] / "scoring" / "presets"
FACTS = "subject,group,item,quantity,base\n甲,国企,daily,2,\n甲,国企,attendance,2,4\n"
HEADING = "subject,group,rated,total,part.common,part.specific,"
HEADING += "rank,tier,star,band,veto,consequences\n"


def trial(scheme: str, folder: Path, **options: Path) -> str:
    said = io.StringIO()
    call_command(
        "trial", scheme, facts=folder / "facts.csv", out=folder / "out.csv", stdout=said, **options
    )
    return said.getvalue()


def test_a_preset_is_tried_by_its_code(tmp_path):
    (tmp_path / "facts.csv").write_text(FACTS, encoding="gb18030")

    said = trial("points-1261", tmp_path)

    assert (tmp_path / "out.csv").read_bytes().decode("utf-8") == HEADING + (
        "甲,国企,yes,50.00,50.00,0.00,1,不合格党员,,,,不合格党员建议（低于 60 分）\n"
    )
    assert said == f"已试算 1 个对象，结果已写入 {tmp_path / 'out.csv'}\n"


def test_earlier_results_count(tmp_path):
    scheme = (PRESETS / "points-1261.toml").read_text(encoding="utf-8")
    scheme += '[[consequence]]\ntitle = "帮扶"\nany = [{ of = "total", below = 60 }]\nperiods = 2\n'
    (tmp_path / "own.toml").write_text(scheme, encoding="utf-8")
    (tmp_path / "facts.csv").write_text(FACTS, encoding="utf-8-sig")
    (tmp_path / "before.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom\n甲,2026-01,59.99,,,\n", encoding="utf-8"
    )

    trial(str(tmp_path / "own.toml"), tmp_path, previous=tmp_path / "before.csv")

    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == HEADING + (
        "甲,国企,yes,50.00,50.00,0.00,1,不合格党员,,,,不合格党员建议（低于 60 分）;帮扶\n"
    )


def refused(scheme: str, folder: Path, **options: Path) -> list[str]:
    """Return the lines of the refusal; nothing may be written by it."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(CommandError) as caught:
        trial(scheme, folder, **options)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    return str(caught.value).splitlines()


def test_bad_files_are_refused_together_and_an_old_result_stays(tmp_path):
    facts, before = tmp_path / "facts.csv", tmp_path / "before.csv"
    facts.write_text(FACTS + "乙,国企,daily,abc,\n", encoding="utf-8")
    before.write_text("subject,period\n", encoding="utf-8")
    (tmp_path / "out.csv").write_text("旧", encoding="utf-8")

    found = refused("points-1261", tmp_path, previous=before)

    assert found[:2] == [
        "文件有 5 处错误，未写出任何结果：",
        f"{facts}:4:4: 第 4 行第 4 列（quantity）：应为数字（如 2 或 1.5），实为“abc”",
    ]
    assert [line.partition(" ")[0] for line in found[2:]] == [
        f"{before}:1:{column}:" for column in (3, 4, 5, 6)
    ]


def test_a_bad_scheme_is_refused(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('code = "a"; title = "b"\n', encoding="utf-8")
    (tmp_path / "facts.csv").write_text(FACTS, encoding="utf-8")

    assert refused(str(own), tmp_path) == [
        "文件有 1 处错误，未写出任何结果：",
        f"{own}:1:11: 第 1 行第 11 列：不是合格的 TOML：一行只能写一个键，此处应换行",
    ]


def test_what_is_not_there_is_named(tmp_path):
    codes = "、".join(sorted(path.stem for path in PRESETS.glob("*.toml")))
    assert refused("points-1262", tmp_path) == [
        f"没有方案“points-1262”：既不是预置方案的代码（{codes}），也不是文件的路径"
    ]
    assert refused("points-1261", tmp_path) == [
        f"{tmp_path / 'facts.csv'}：无法读取（No such file or directory）"
    ]


def test_the_result_is_not_written_over_an_input(tmp_path):
    (tmp_path / "out.csv").write_text(FACTS, encoding="utf-8")

    assert refused("points-1261", tmp_path, previous=tmp_path / "out.csv") == [
        f"{tmp_path / 'out.csv'}：结果表不能写在输入文件上，请换一个文件名"
    ]


TYPED = """\
code = "own"
title = "试"
target = "organization"
period = "month"
groups = "type"

[[part]]
code = "common"
title = "共性"
full = 80

  [[part.item]]
  code = "c1"
  title = "共性一"
  rule = "mark"
  full = 80

[[part]]
code = "specific"
title = "个性"
full = 20

  [[part.item]]
  code = "field"
  title = "到户走访"
  rule = "mark"
  full = 20
  types = ["RURAL", "COMMUNITY"]

  [[part.item]]
  code = "desk"
  title = "窗口服务"
  rule = "mark"
  full = 20
  types = ["GOVERNMENT"]

[[part]]
code = "own"
title = "自主"
full = 10
weight = 0

  [[part.item]]
  code = "o1"
  title = "自主一"
  rule = "mark"
  full = 10

[[consequence]]
title = "约谈"
kind = "talk"
any = [{ of = "total", below = 60 }]
periods = 3
within = 4

[[consequence]]
title = "末位"
any = [{ of = "rank", at_least = 2 }]
periods = 2
"""
TYPED_HEADING = "subject,group,rated,total,part.common,part.specific,part.own,"
TYPED_HEADING += "rank,tier,star,band,veto,consequences\n"
TYPED_FACTS = (
    "subject,group,item,quantity,base\n"
    "甲村,RURAL,c1,40,\n甲村,RURAL,field,10,\n"
    "乙村,RURAL,c1,70,\n乙村,RURAL,o1,8,\n"
    "丙局,GOVERNMENT,c1,70,\n丙局,GOVERNMENT,desk,15,\n"
    "丁企,PRIVATE,c1,70,\n"
    "戊企,PRIVATE,o1,9,\n"
)
ROLLUP = '[rollup]\nof = "month"\nto = "quarter"\n\n[procedure]\npublicity = 7\n'


@pytest.mark.parametrize("more", ["", ROLLUP], ids=["without a roll-up", "with a roll-up"])
def test_types_uncounted_parts_and_periods_within_a_span(tmp_path, more):
    (tmp_path / "own.toml").write_text(TYPED + more, encoding="utf-8")
    (tmp_path / "facts.csv").write_text(TYPED_FACTS, encoding="utf-8")
    (tmp_path / "before.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom,band,rank\n"
        "甲村,2026-01,50,,,,,\n"
        "甲村,2026-02,70,,,,,\n甲村,2026-03,50,,,,,2\n"
        "乙村,2026-03,50,,,,,1\n",
        encoding="utf-8",
    )

    trial(str(tmp_path / "own.toml"), tmp_path, previous=tmp_path / "before.csv")

    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == TYPED_HEADING + (
        "丙局,GOVERNMENT,yes,85.00,70.00,15.00,,1,,,,,\n"
        "丁企,PRIVATE,yes,70.00,70.00,,,1,,,,,\n"
        # only a part that is not counted is present
        "戊企,PRIVATE,no,,,,,,,,,,\n"
        "乙村,RURAL,yes,70.00,70.00,,8.00,1,,,,,\n"
        "甲村,RURAL,yes,50.00,40.00,10.00,,2,,,,,约谈;末位\n"
    )


def test_a_period_before_the_span_does_not_count(tmp_path):
    (tmp_path / "own.toml").write_text(TYPED, encoding="utf-8")
    (tmp_path / "facts.csv").write_text(TYPED_FACTS, encoding="utf-8")
    (tmp_path / "before.csv").write_text(
        "subject,period,total,tier,star,rank_from_bottom\n"
        "甲村,2025-12,50,,,\n甲村,2026-01,70,,,\n甲村,2026-02,70,,,\n甲村,2026-03,50,,,\n",
        encoding="utf-8",
    )

    trial(str(tmp_path / "own.toml"), tmp_path, previous=tmp_path / "before.csv")

    assert "约谈" not in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_a_fact_for_the_wrong_type_is_refused(tmp_path):
    (tmp_path / "own.toml").write_text(TYPED, encoding="utf-8")
    (tmp_path / "facts.csv").write_text(TYPED_FACTS + "丁企,PRIVATE,desk,9,\n", encoding="utf-8")

    assert refused(str(tmp_path / "own.toml"), tmp_path) == [
        "文件有 1 处错误，未写出任何结果：",
        f"{tmp_path / 'facts.csv'}:10:3: 第 10 行第 3 列（item）：项目“desk”只用于 GOVERNMENT，"
        "不用于“PRIVATE”；“PRIVATE”的项目：c1、o1",
    ]
