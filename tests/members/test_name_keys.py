"""Names in the order a printed list has them."""

import pytest

from members.name_keys import KEY_MAX_LENGTH, pinyin_key, stroke_key


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("曾国藩", "zeng1"), ("单雄信", "shan4"), ("仇和", "qiu2"), ("翟志刚", "zhai2"),
        ("查良镛", "zha1"), ("解晓东", "xie4"), ("任正", "ren2"), ("区志强", "ou1"),
        ("盖叫天", "ge3"), ("朴永信", "piao2"), ("华罗庚", "hua4"), ("尉迟恭", "yu4"),
        ("万俟卨", "mo4"), ("令狐冲", "ling2"), ("长孙无忌", "zhang3"), ("万里", "wan4"),
        ("单于夫", "chan2"), ("㛃明", "jie2"), ("䶮明", "yan3"),
    ],
)  # fmt: skip
def test_a_surname_is_read_as_a_surname(name: str, reading: str) -> None:
    assert pinyin_key(name).split(".")[0] == reading


def test_names_sort_by_pinyin() -> None:
    names = ["张三", "曾国", "李四", "李娜", "欧阳建国", "单雄", "黎明", "连战", "吕布", "陆游"]
    assert sorted(names, key=pinyin_key) == [
        "黎明", "李娜", "李四", "连战", "陆游", "吕布", "欧阳建国", "单雄", "曾国", "张三",
    ]  # fmt: skip


def test_names_sort_by_strokes_and_then_by_the_order_of_strokes() -> None:
    names = ["李四", "刘六", "王五", "丁一", "任七", "孙八", "毛二", "马九", "安一", "卜十"]
    assert sorted(names, key=stroke_key) == [
        "丁一", "卜十", "马九", "王五", "毛二", "任七", "刘六", "安一", "孙八", "李四",
    ]  # fmt: skip


def test_two_characters_come_before_three_that_begin_alike() -> None:
    assert sorted(["王一二", "王一"], key=stroke_key) == ["王一", "王一二"]
    assert sorted(["王一二", "王一"], key=pinyin_key) == ["王一", "王一二"]


def test_unknown_characters_sort_last() -> None:
    assert sorted(["\U0002ebf0三", "龘三"], key=stroke_key) == ["龘三", "\U0002ebf0三"]


@pytest.mark.parametrize("name", ["", "张" * 50, "John Smith", "\U0010ffff", "买买提·艾力"])
def test_keys_are_short_enough_for_their_column(name: str) -> None:
    assert len(pinyin_key(name)) <= KEY_MAX_LENGTH
    assert len(stroke_key(name)) <= KEY_MAX_LENGTH
