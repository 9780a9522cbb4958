"""A scheme is written so that reading it gives the same scheme."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from scoring.rules import reading, writing
from tests.scoring.rules.random_schemes import schemes

PRESETS = sorted((Path(__file__).resolve().parents[3] / "scoring" / "presets").glob("*.toml"))

# Every key, in the order and the layout in which it is written.
WRITTEN = """\
code = "step-list"
title = "清单管理、台阶考核"
source = "practices.md C19"
target = "organization"
period = "quarter"
groups = "type"

[[part]]
code = "key"
title = "重点“项”"
full = 45
weight = 0.50
bonus = true

  [[part.item]]
  code = "k01"
  title = "获奖"
  rule = "each"
  points = 2.5
  cap = 6
  fact = "score.another"
  types = ["RURAL", "COMMUNITY"]
  standard = "引号\\"反斜杠\\\\换行\\n"
  owner = "党群工作部"
  note = "查记录"

  [[part.item]]
  code = "k02"
  title = "参加率"
  rule = "share"
  full = 10
  empty = "omit"

  [[part.item]]
  code = "k03"
  title = "测评"
  rule = "band"
  of = "ratio"
  bands = [{ min = 0.6, points = 5 }, { min = 0.9, points = 8 }]

  [[part.item]]
  code = "k04"
  title = "档"
  rule = "band"
  bands = [
    { min = 0.6, points = 5 },
    { min = 0.7, points = 6 },
    { min = 0.8, points = 7 },
    { min = 0.9, points = 8 },
  ]

[outcome]
exempt = ["ill", "away"]
floor = { below = 60, label = "不合格党员" }

[[outcome.tier]]
label = "优秀党员"
share = 0.10

[[outcome.tier]]
label = "合格党员"

[[outcome.tier]]
label = "需提高党员"
share = 0.10
from = "bottom"

[[outcome.band]]
label = "五星"
star = 5
min = 90
coefficient = 1.0

[[veto]]
code = "accident"
title = "安全事故"
label = "不予评星"
unless = "self_reported"

[[consequence]]
title = "免职建议"
kind = "dismiss"
any = [{ of = "total", below = 60 }, { of = "band", is = "五星" }]
periods = 2
within = 6
days = 30
coefficient = 0.7
withhold = 0.5

[[rollup]]
of = "quarter"
to = "half-year"

[[rollup]]
of = "half-year"
weights = [0.4, 0.6]

[procedure]
publicity = 7
"""


def test_a_scheme_is_written_as_the_shipped_ones_are():
    assert writing.write(reading.read(WRITTEN)) == WRITTEN


BARE = """\
code = "bare"
title = "最少"
target = "member"
period = "month"
groups = "all"

[[part]]
code = "p"
title = "部"
full = 9

  [[part.item]]
  code = "k"
  title = "项"
  rule = "mark"
  full = 9
"""


def test_what_repeats_a_default_is_left_out():
    rollup = '[rollup]\nof = "month"\nto = "quarter"\n'
    text = BARE.replace("full = 9\n\n", "full = 9\nweight = 1.0\nbonus = false\n\n")
    text += "\n[procedure]\ncomments = 3\n\n[outcome]\nexempt = []\n\n" + rollup

    assert writing.write(reading.read(text)) == f"{BARE}\n{rollup}"


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_is_written_whole(path):
    scheme = reading.read(path.read_text(encoding="utf-8"))

    assert reading.read(writing.write(scheme)) == scheme


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(schemes())
def test_what_is_written_reads_as_the_same_scheme(scheme):
    text = writing.write(scheme)

    assert reading.read(text) == scheme
    assert writing.write(reading.read(text)) == text
