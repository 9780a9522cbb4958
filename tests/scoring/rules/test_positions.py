import tomllib

import pytest

from scoring.rules.positions import Position, locate

TEXT = '''\
# [[part]] in a comment
code = "a"   # code = 1
title = """
[[part]] in a text \\"""
""""
[outcome]
exempt = [
  "ill",  # one, two
  'a,b',
]
floor = { below = 60, label = "不合格, }" }

[[part]]
code = 'x'
  [[part.item]]
  bands = [{min = 1, points = 2}, {min = 3, points = 4}]
  [[part.item]]
  "full" = 1979-05-27 07:32:00
[[part]]
  [[part.item]]
  fact.name = true
'''


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("code",), (2, 1), (2, 8)),
        (("title",), (3, 1), (3, 9)),
        (("outcome",), (6, 1), (6, 1)),
        (("outcome", "exempt"), (7, 1), (7, 10)),
        (("outcome", "exempt", 1), (9, 3), (9, 3)),
        (("outcome", "floor"), (11, 1), (11, 9)),
        (("outcome", "floor", "label"), (11, 23), (11, 31)),
        (("part", 0), (13, 1), (13, 1)),
        (("part", 0, "code"), (14, 1), (14, 8)),
        (("part", 0, "item", 0, "bands", 1), (16, 35), (16, 35)),
        (("part", 0, "item", 0, "bands", 1, "points"), (16, 45), (16, 54)),
        (("part", 0, "item", 1, "full"), (18, 3), (18, 12)),
        (("part", 1, "item", 0), (20, 3), (20, 3)),
        (("part", 1, "item", 0, "fact", "name"), (21, 3), (21, 15)),
        (("part", 1, "item", 0, "absent"), (20, 3), (20, 3)),  # the table around it
        (("nowhere",), (1, 1), (1, 1)),
    ],
)
def test_keys_and_values_are_found(path, key, value):
    found = locate(TEXT)

    assert (found.of_key(path), found.of_value(path)) == (Position(*key), Position(*value))


def test_every_value_of_the_text_has_a_position():
    def paths(value, path):
        yield path
        if isinstance(value, dict | list):
            keys = value if isinstance(value, dict) else range(len(value))
            for key in keys:
                yield from paths(value[key], (*path, key))

    found = locate(TEXT)

    known = {path for path in paths(tomllib.loads(TEXT), ()) if path}
    assert known == set(found.keys)
