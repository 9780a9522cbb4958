"""A scheme told in plain Chinese: what its pages say, section by section."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from branches.wording import ORGANIZATION_TYPES
from members.wording import EXEMPTIONS
from scoring import wording
from scoring.rules import editing, explaining, feeds
from scoring.rules.editing import Where
from scoring.rules.scheme import (
    KIND_TITLES,
    Band,
    Condition,
    Consequence,
    Item,
    Part,
    Rollup,
    Scheme,
    Tier,
    Veto,
)

plain = explaining.plain
_KINDS = {"part": "部分", "item": "项目", "veto": "一票否决", "consequence": "结果运用"}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing of a scheme: its place, what it is called, a figure, what it says."""

    where: str
    title: str
    figure: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class ToldPart:
    told: Told
    items: tuple[Told, ...]
    new_item: str


@dataclass(frozen=True, slots=True)
class SchemeInWords:
    head: tuple[tuple[str, str], ...]
    yields: str
    parts: tuple[ToldPart, ...]
    exempt: str
    tiers: tuple[str, ...]
    bands: tuple[str, ...]
    vetoes: tuple[Told, ...]
    consequences: tuple[Told, ...]
    rollups: tuple[str, ...]
    procedure: tuple[str, ...]


def told(scheme: Scheme) -> SchemeInWords:
    """Return what a scheme says, in the order of its file."""
    days = scheme.procedure
    procedure = [
        f"征求意见 {days.comments} 个工作日，公示 {days.publicity} 个工作日，"
        f"申诉 {days.answers} 个工作日内答复"
    ]
    if scheme.pay_weight is not None:
        procedure.append(f"评定结果决定绩效工资的 {percent(scheme.pay_weight)}")
    floor = scheme.outcome.floor
    tiers = [_tier(tier) for tier in scheme.outcome.tiers]
    if floor is not None:
        tiers.append(f"{floor.label}：总分低于 {plain(floor.below)} 分，不论名次")
    return SchemeInWords(
        head=(
            ("来源", scheme.source),
            ("评定对象", wording.TARGETS[scheme.target]),
            ("评定周期", wording.PERIODS[scheme.period]),
            ("比较范围", wording.GROUPS[scheme.groups]),
        ),
        yields=yields(scheme),
        parts=tuple(_part(scheme, number, part) for number, part in enumerate(scheme.parts)),
        exempt="、".join(exemption(reason) for reason in scheme.outcome.exempt),
        tiers=tuple(tiers),
        bands=tuple(_band(band) for band in scheme.outcome.bands),
        vetoes=tuple(_veto(n, veto) for n, veto in enumerate(scheme.vetoes)),
        consequences=tuple(
            _consequence(scheme, n, one) for n, one in enumerate(scheme.consequences)
        ),
        rollups=tuple(rollup_in_words(rollup) for rollup in scheme.rollups),
        procedure=tuple(procedure),
    )


def yields(scheme: Scheme) -> str:
    """Return in one line what a scheme leads to: 定 1 至 5 星；一票否决 3 项；结果运用 4 条."""
    found = []
    stars = scheme.outcome.stars
    if stars:
        found.append(f"定 {min(stars)} 至 {max(stars)} 星" if min(stars) < max(stars) else "定星")
    elif scheme.outcome.bands:
        found.append(f"定等次：{'、'.join(scheme.outcome.band_labels)}")
    if scheme.outcome.tier_labels:
        found.append(f"定档：{'、'.join(scheme.outcome.tier_labels)}")
    if scheme.vetoes:
        found.append(f"一票否决 {len(scheme.vetoes)} 项")
    if scheme.consequences:
        found.append(f"结果运用 {len(scheme.consequences)} 条")
    if scheme.rollups:
        found.append(f"汇总到{'、'.join(wording.PERIODS[one.to] for one in scheme.rollups)}")
    return "；".join(found) or "只计分排名"


def exemption(reason: str) -> str:
    return EXEMPTIONS.get(reason, reason)  # type: ignore[call-overload]


def percent(share: Decimal) -> str:
    """Return a share as a percentage: 20 %."""
    return f"{plain(share * 100)} %"


def name_of(scheme: Scheme, where: Where) -> str:
    """Return what a place is called: 部分“重点项”, 档次与免评."""
    if where.is_section:
        return {
            "head": "基本信息", "grades": "档次与免评", "bands": "等次与星级",
            "rollups": "汇总", "procedure": "程序与绩效",
        }[where.kind]  # fmt: skip
    kind = {"part": "部分", "item": "项目", "veto": "一票否决", "consequence": "结果运用"}[
        where.kind
    ]
    try:
        element = editing.found(scheme, where)
    except LookupError:
        element = None
    return f"{kind}“{element.title}”" if element is not None else f"新{kind}"


def _part(scheme: Scheme, number: int, part: Part) -> ToldPart:
    words = [f"满分 {plain(part.full)} 分"]
    words.append(f"权重 {plain(part.weight)}" if part.weight else "只作展示，不计入总分")
    if part.bonus:
        words.append("可为负分")
    return ToldPart(
        Told(f"part-{number}", part.title, why=" · ".join(words)),
        tuple(
            Told(f"item-{number}-{n}", item.title, _figure(item), _item(scheme.target, item))
            for n, item in enumerate(part.items)
        ),
        f"item-{number}-new",
    )


def _figure(item: Item) -> str:
    if item.rule != "each":
        return f"{plain(item.worth)} 分"
    assert item.points is not None
    return f"{plain(item.points)} 分"


def _item(target: str, item: Item) -> str:
    words = [explaining.rule_in_words(target, item), *_feed(target, item)]
    if item.types:
        types = "、".join(ORGANIZATION_TYPES[one] for one in item.types)  # type: ignore[index]
        words.append(f"只用于{types}")
    if item.standard:
        words.append(item.standard)
    if item.owner:
        words.append(f"责任：{item.owner}")
    return "。".join(word.rstrip("。") for word in words)


def _feed(target: str, item: Item) -> list[str]:
    """Return where an item's fact comes from; nothing where the rule has said so."""
    if item.fact is None:
        return [] if item.rule == "mark" and target == "organization" else ["由加减分登记"]
    code = feeds.scheme_code(item.fact)
    if code is not None:
        return [f"取方案“{code}”的得分"]
    feed = feeds.find(target, item.fact)
    assert feed is not None  # reading knows the same feeds
    return [f"{feed.title}：{feed.quantity}" + (f" ÷ {feed.base}" if feed.base else "")]


def _tier(tier: Tier) -> str:
    if tier.share is None:
        return f"{tier.label}：其余"
    return f"{tier.label}：{'末' if tier.from_bottom else '前列'} {percent(tier.share)} 以内"


def _band(band: Band) -> str:
    words = f"{band.label}：{plain(band.min)} 分及以上"
    if band.star is not None:
        words += f"，{band.star} 星"
    if band.coefficient is not None:
        words += f"，系数 {plain(band.coefficient)}"
    return words


def _veto(number: int, veto: Veto) -> Told:
    lifted = "；主动发现、主动查处的除外" if veto.unless else ""
    return Told(f"veto-{number}", veto.title, why=f"记为“{veto.label}”，不参加定档定星{lifted}")


def _consequence(scheme: Scheme, number: int, one: Consequence) -> Told:
    words = [explaining.condition_in_words(scheme, one)]
    if one.period:
        words.append(f"只用于{wording.PERIODS[one.period]}结果")
    if one.days is not None:
        words.append(f"{one.days} 天内办理")
    if one.coefficient is not None:
        words.append(f"系数按 {plain(one.coefficient)}")
    if one.withhold is not None:
        words.append(f"扣减绩效的 {percent(one.withhold)}")
    kind = "" if one.kind == "other" else KIND_TITLES[one.kind]
    return Told(f"consequence-{number}", one.title, kind, "；".join(words))


def rollup_in_words(rollup: Rollup) -> str:
    words = f"各{wording.PERIODS[rollup.of]}得分汇总为{wording.PERIODS[rollup.to]}得分"
    if not rollup.weights:
        return f"{words}，各期相同"
    return f"{words}，由先到后各占 {'、'.join(percent(weight) for weight in rollup.weights)}"


def value_in_words(condition: Condition) -> str:
    """Return what a condition compares with, as it is typed."""
    for value in (condition.below, condition.at_least, condition.at_most, condition.is_):
        if value is not None:
            return value if isinstance(value, str) else plain(value)
    return ""
