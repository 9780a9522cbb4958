"""Schemes that ask for everything people do for each other."""

MEMBERS = """
code = "people"
title = "关心帮带"
target = "member"
period = "month"
groups = "all"

[[part]]
code = "all"
title = "全部"
full = 100

  [[part.item]]
  code = "duties"
  title = "值班"
  rule = "each"
  points = 2
  cap = 6
  fact = "duties_served"

  [[part.item]]
  code = "service"
  title = "服务"
  rule = "each"
  points = 1
  cap = 44
  fact = "service_hours"

  [[part.item]]
  code = "pledges"
  title = "承诺"
  rule = "share"
  full = 20
  fact = "pledges_kept"

  [[part.item]]
  code = "contacts"
  title = "联系"
  rule = "each"
  points = 5
  cap = 20
  fact = "pair_contacts"

  [[part.item]]
  code = "ideas"
  title = "金点子"
  rule = "each"
  points = 5
  cap = 10
  fact = "ideas_adopted"
"""
BRANCHES = """
code = "branch-people"
title = "关心帮带"
target = "organization"
period = "month"
groups = "all"

[[part]]
code = "all"
title = "全部"
full = 30

  [[part.item]]
  code = "pairs"
  title = "结对"
  rule = "share"
  full = 10
  fact = "pairs_in_touch"

  [[part.item]]
  code = "pledges"
  title = "承诺"
  rule = "share"
  full = 10
  fact = "pledges_kept"

  [[part.item]]
  code = "problems"
  title = "问题"
  rule = "share"
  full = 10
  fact = "problems_closed"
"""
