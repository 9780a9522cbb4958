"""What every preset that ships has to be; their figures are tried in ``presets/``."""

from pathlib import Path

import pytest

from scoring.rules import feeds, reading, soundness, writing

PRESETS = sorted((Path(__file__).resolve().parents[2] / "scoring" / "presets").glob("*.toml"))
SCHEMES = {path.stem: reading.read(path.read_text(encoding="utf-8")) for path in PRESETS}


@pytest.mark.parametrize("code", SCHEMES)
def test_a_preset_is_sound_and_named_for_its_code(code):
    scheme = SCHEMES[code]

    assert scheme.code == code
    assert scheme.source
    assert all(item.standard for item in scheme.items)
    named = [item.fact for item in scheme.items if item.fact]
    assert [name for name in named if feeds.find(scheme.target, name) is None] == []
    assert soundness.unsound(scheme) == []
    assert reading.read(writing.write(scheme)) == scheme


def test_presets_use_only_each_other_and_in_no_circle():
    used = {code: soundness.references(scheme) for code, scheme in SCHEMES.items()}

    assert {name for names in used.values() for name in names} - set(SCHEMES) == set()
    assert soundness.cycle(used) is None


@pytest.mark.parametrize("code", SCHEMES)
def test_nothing_that_is_proposed_decides_on_membership_itself(code):
    changing = ("党籍", "除名", "劝退", "不合格党员", "免职", "撤职", "辞职")
    titles = [one.title for one in SCHEMES[code].consequences]

    decided = [title for title in titles if any(word in title for word in changing)]
    assert [title for title in decided if "建议" not in title] == []
