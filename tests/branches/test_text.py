import pytest

from branches.rules.text import one_line, standard_forms, whole_number, without_spaces

# The two-byte codes whose private-use reading GB 18030-2022 replaces, and their characters.
MOVED = {
    "A6D9": "\ufe10", "A6DA": "\ufe12", "A6DB": "\ufe11", "A6DC": "\ufe13", "A6DD": "\ufe14",
    "A6DE": "\ufe15", "A6DF": "\ufe16", "A6EC": "\ufe17", "A6ED": "\ufe18", "A6F3": "\ufe19",
    "A8BC": "\u1e3f", "FE51": "\U00020087", "FE52": "\U00020089", "FE53": "\U000200cc",
    "FE59": "\u9fb4", "FE61": "\u9fb5", "FE66": "\u9fb6", "FE67": "\u9fb7",
    "FE6C": "\U000215d7", "FE6D": "\u9fb8", "FE76": "\U0002298f", "FE7E": "\u9fb9",
    "FE90": "\u9fba", "FE91": "\U000241fe", "FEA0": "\u9fbb",
}  # fmt: skip


@pytest.mark.parametrize(("code", "character"), MOVED.items())
def test_what_the_gb18030_codec_leaves_private_is_mended(code: str, character: str) -> None:
    assert standard_forms(bytes.fromhex(code).decode("gb18030")) == character


def test_one_line_keeps_width_and_words() -> None:
    assert one_line(" ＡＢ\u200b\n综采　一队\x07 ") == "ＡＢ 综采 一队"


def test_without_spaces_is_half_width() -> None:
    assert without_spaces("１ 1　２") == "112"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 5_000, None),
        ("", None), ("-1", None), (" 1", None), ("1.0", None), ("１２", None), ("²", None),
        ("\0", None), ("1\n", None),
    ],
)  # fmt: skip
def test_what_can_be_the_key_of_a_row(text: str, number: int | None) -> None:
    assert whole_number(text) == number
