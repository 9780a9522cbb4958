"""Households to be paired, written down as text: a line each (联摊、联户, practice C05)."""

from __future__ import annotations

from dataclasses import dataclass

from branches.rules.text import one_line

MOST_LINES = 200
_BETWEEN = "、，,\t"


@dataclass(frozen=True, slots=True)
class Household:
    name: str
    address: str = ""


class BadLine(ValueError):
    """A line cannot be taken as it is; the text says which, why and how to mend it, in Chinese."""


def read_households(text: str, *, name_limit: int, address_limit: int) -> list[Household]:
    """Return the households of a text: a line each, the name or 名称、地址; empty lines go.

    :raises BadLine: a name is missing, too long or there twice, or there are too many lines.
    """
    found: dict[str, int] = {}
    households: list[Household] = []
    lines = text.splitlines()
    for number, raw in enumerate(lines, start=1):
        name, address = _parts(raw)
        if not name and not address:
            continue
        if not name:
            raise BadLine(f"第 {number} 行没有名称，请写成“名称、地址”。")
        if len(name) > name_limit:
            raise BadLine(f"第 {number} 行的名称最多 {name_limit} 个字，请缩短。")
        if len(address) > address_limit:
            raise BadLine(f"第 {number} 行的地址最多 {address_limit} 个字，请缩短。")
        if name in found:
            raise BadLine(
                f"第 {number} 行和第 {found[name]} 行都是“{name}”。同名的户请在名称里区分，"
                "重复的请删去一行。"
            )
        found[name] = number
        households.append(Household(name, address))
    if len(households) > MOST_LINES:
        raise BadLine(f"一次最多登记 {MOST_LINES} 户，请分几次登记。")
    return households


def _parts(raw: str) -> tuple[str, str]:
    places = [place for sign in _BETWEEN if (place := raw.find(sign)) >= 0]
    if not places:
        return one_line(raw), ""
    first = min(places)
    return one_line(raw[:first]), one_line(raw[first + 1 :])
