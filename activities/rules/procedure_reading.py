"""Read the description of a procedure from TOML; whatever is not understood is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from activities.rules import procedures as words
from activities.rules.kinds import ActivityKind
from activities.rules.procedure_papers import allowed_names, names_in
from activities.rules.procedures import (
    About,
    Chapter,
    Check,
    CheckKind,
    Field,
    FieldKind,
    Link,
    Paper,
    PaperKind,
    Procedure,
    Repeat,
    Step,
)
from activities.rules.votes import DecisionKind

_E = TypeVar("_E", bound=StrEnum)
_DAY_CHECKS = {
    CheckKind.MIN_MONTHS_SINCE: "months",
    CheckKind.WITHIN_MONTHS: "months",
    CheckKind.MIN_WORKING_DAYS_SINCE: "days",
}
_FIELD_CHECKS = {
    CheckKind.ADULT: (FieldKind.DATE, ()),
    CheckKind.SPONSORS: (FieldKind.MEMBERS, ()),
    CheckKind.REVIEW: (FieldKind.CHOICE, ("passed",)),
    CheckKind.AT_LEAST: (FieldKind.NUMBER, ("least",)),
    CheckKind.BETWEEN: (FieldKind.NUMBER, ("least", "most")),
    CheckKind.COUNT: (FieldKind.MEMBERS, ("least", "most")),
}


class BadProcedure(Exception):
    """The file is refused; the text names file and key, and says what is wrong, in Chinese."""


def read(text: str, *, name: str) -> Procedure:
    """Return the procedure that a file describes; ``name`` is the file's, without ``.toml``.

    :raises BadProcedure: at the first mistake.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProcedure(f"{name}.toml：不是合格的 TOML（{error}）") from None
    return _Reader(name, values).procedure()


class _Reader:
    def __init__(self, name: str, values: dict[str, Any]) -> None:
        self.name = name
        self.values = values
        self.steps: dict[str, Step] = {}

    def procedure(self) -> Procedure:
        top = self.values
        self._only(
            top, "文件", "code", "ordinal", "chapter", "title", "about", "summary", "source", "step"
        )
        if self._text(top, "code", "文件") != self.name:
            self._refuse("code", f"应与文件名相同，写作 {self.name}")
        if not isinstance(top.get("step"), list):
            self._refuse("step", "至少要有一个 [[step]]")
        self.about = self._code(About, top, "about", "文件")
        for values in top["step"]:
            self._add(values)
        return Procedure(
            code=self.name,
            ordinal=self._number(top, "ordinal", "文件"),
            chapter=self._code(Chapter, top, "chapter", "文件"),
            title=self._text(top, "title", "文件"),
            about=self.about,
            summary=self._text(top, "summary", "文件"),
            source=self._text(top, "source", "文件"),
            steps=tuple(self.steps.values()),
            by_code=self.steps,
        )

    def _add(self, values: Any) -> None:
        where = f"第 {len(self.steps) + 1} 步"
        self._only(
            values, where, "code", "title", "actor", "text", "article", "regulations", "after",
            "checks", "fields", "papers", "repeat", "link",
        )  # fmt: skip
        code = self._text(values, "code", where)
        where = f"步骤 {code}"
        if code in self.steps or code in words.KNOWN_DAYS:
            self._refuse(f"{where} code", "编码重复，或是保留的名称")
        last = list(self.steps)[-1:]
        after = tuple(values.get("after", last))
        for each in after:
            if each not in self.steps:
                self._refuse(f"{where} after", f"前面没有步骤 {each}")
        regulations = tuple(values.get("regulations", ()))
        article = values.get("article", "")
        if not regulations and not article:
            self._refuse(f"{where} article", "要写明依据：article 或 regulations")
        fields = tuple(self._field(each, where) for each in values.get("fields", ()))
        names = [each.name for each in fields]
        if len(set(names)) != len(names):
            self._refuse(f"{where} fields", "栏目名称重复")
        checks = tuple(self._check(each, where, fields) for each in values.get("checks", ()))
        for check in checks:
            if check.regulation and check.regulation not in regulations:
                self._refuse(f"{where} checks", f"{check.regulation} 要列在 regulations 中")
        step = Step(
            code=code,
            title=self._text(values, "title", where),
            actor=self._text(values, "actor", where),
            text=self._text(values, "text", where),
            article=article,
            regulations=regulations,
            after=after,
            checks=checks,
            fields=fields,
            repeat=self._repeat(values.get("repeat"), where),
            link=self._link(values.get("link"), where),
        )
        if step.decision and not step.meetings:
            self._refuse(f"{where} checks", "decision 要和 meeting 一起写")
        papers = tuple(self._paper(each, step) for each in values.get("papers", ()))
        self.steps[code] = Step(
            **{name: getattr(step, name) for name in Step.__slots__ if name != "papers"},
            papers=papers,
        )

    def _field(self, values: Any, where: str) -> Field:
        self._only(
            values, f"{where} fields", "name", "label", "kind", "required", "choices", "hint"
        )
        name = self._text(values, "name", f"{where} fields")
        place = f"{where} fields {name}"
        if not name.isidentifier() or name in ("date", "activity", "note", "done_on", "step"):
            self._refuse(place, "名称须是小写英文，且不是保留的名称")
        kind = self._code(FieldKind, values, "kind", place)
        choices = tuple(values.get("choices", ()))
        if (kind is FieldKind.CHOICE) != bool(choices):
            self._refuse(place, "choices 只用于 CHOICE，而且必须有")
        required = values.get("required", True)
        if not isinstance(required, bool):
            self._refuse(place, "required 写作 true 或 false")
        label = self._text(values, "label", place)
        return Field(name, label, kind, required, choices, values.get("hint", ""))

    def _check(self, values: Any, where: str, fields: tuple[Field, ...]) -> Check:
        place = f"{where} checks"
        kinds = [key for key in values if key not in ("regulation", "blocks")]
        if len(kinds) != 1 or kinds[0] not in set(CheckKind):
            self._refuse(place, "每项检查只写一个名称，取自：" + "、".join(CheckKind))
        kind = CheckKind(kinds[0])
        given = values[kind]
        place = f"{place} {kind}"
        blocks = values.get("blocks", False)
        regulation = values.get("regulation", "")
        if blocks and not regulation:
            self._refuse(place, "blocks 要有 regulation")
        if kind in _DAY_CHECKS:
            self._only(given, place, "step", _DAY_CHECKS[kind])
            self._since(given.get("step"), place)
            self._number(given, _DAY_CHECKS[kind], place)
        elif kind in _FIELD_CHECKS:
            field_kind, others = _FIELD_CHECKS[kind]
            self._only(given, place, "field", *others)
            found = [each for each in fields if each.name == given.get("field")]
            if not found or found[0].kind is not field_kind:
                self._refuse(place, f"field 须是本步的 {field_kind} 栏目")
            for other in others:
                if other not in given:
                    self._refuse(place, f"缺少 {other}")
            if kind is CheckKind.REVIEW and given["passed"] not in found[0].choices:
                self._refuse(place, "passed 须是 choices 之一")
        elif kind is CheckKind.MEETING:
            self._only(given, place, "kinds")
            if not given.get("kinds") or set(given["kinds"]) - set(ActivityKind):
                self._refuse(place, "kinds 须是会议类别")
        else:
            self._only(given, place, "kind")
            self._code(DecisionKind, given, "kind", place)
        return Check(kind, dict(given), regulation, blocks)

    def _paper(self, values: Any, step: Step) -> Paper:
        place = f"步骤 {step.code} papers"
        self._only(values, place, "kind", "title", "to", "paragraphs")
        kind = self._code(PaperKind, values, "kind", place)
        if kind is PaperKind.MINUTES:
            self._only(values, place, "kind")
            if not step.meetings:
                self._refuse(place, "会议记录要有 meeting")
            return Paper(kind)
        paper = Paper(
            kind,
            self._text(values, "title", place),
            values.get("to", ""),
            tuple(values.get("paragraphs", ())),
        )
        if not paper.paragraphs:
            self._refuse(place, "至少要有一段 paragraphs")
        allowed = allowed_names(self.steps, step, self.about)
        for each in names_in(paper):
            if each not in allowed:
                self._refuse(place, f"不认识的占位 {{{each}}}")
        return paper

    def _repeat(self, values: Any, where: str) -> Repeat | None:
        if values is None:
            return None
        place = f"{where} repeat"
        self._only(values, place, "since", "every_months", "times")
        self._since(values.get("since"), place)
        return Repeat(
            values["since"],
            self._number(values, "every_months", place),
            self._number(values, "times", place),
        )

    def _link(self, values: Any, where: str) -> Link | None:
        if values is None:
            return None
        place = f"{where} link"
        self._only(values, place, "page", "label")
        if values.get("page") not in words.PAGES:
            self._refuse(place, "page 取自：" + "、".join(words.PAGES))
        return Link(values["page"], self._text(values, "label", place))

    def _since(self, code: Any, place: str) -> None:
        member_days = {words.ADMITTED, words.PROBATION_END}
        if code in member_days and self.about is not About.MEMBER:
            self._refuse(place, f"{code} 只用于关于党员的程序")
        if code in words.KNOWN_DAYS:
            return
        step, _, name = str(code).partition(".")
        if step not in self.steps:
            self._refuse(place, f"前面没有步骤 {code}")
        fields = {field.name: field.kind for field in self.steps[step].fields}
        if name and fields.get(name) is not FieldKind.DATE:
            self._refuse(place, f"{step} 没有日期栏目 {name}")

    def _only(self, values: Any, where: str, *allowed: str) -> None:
        if not isinstance(values, Mapping):
            self._refuse(where, "应为表")
        for key in values:
            if key not in allowed:
                self._refuse(f"{where} {key}", "不认识这个键")

    def _text(self, values: Mapping[str, Any], key: str, where: str) -> str:
        value = values.get(key)
        if not isinstance(value, str) or not value.strip():
            self._refuse(f"{where} {key}", "应为文字")
        return str(value)

    def _number(self, values: Mapping[str, Any], key: str, where: str) -> int:
        value = values.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            self._refuse(f"{where} {key}", "应为整数")
        return int(str(value))

    def _code(self, codes: type[_E], values: Mapping[str, Any], key: str, where: str) -> _E:
        value = values.get(key)
        if value not in set(codes):
            self._refuse(f"{where} {key}", "取自：" + "、".join(codes))
        return codes(value)

    def _refuse(self, key: str, words: str) -> NoReturn:
        raise BadProcedure(f"{self.name}.toml：{key}：{words}")
