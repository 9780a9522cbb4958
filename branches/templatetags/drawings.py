"""Components that draw: bars, lines and radars as SVG, charts by ECharts. `{% load ui %}`."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.template.exceptions import TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.html import json_script
from django.utils.safestring import SafeString

from branches.templatetags import formats
from branches.templatetags.formats import Number, rounded
from branches.templatetags.props import Props, drawn, named, one_of

register = template.Library()

BAR_WIDTH = 46
SPARK_WIDTH, SPARK_HEIGHT = 84, 22
RADAR_SIZE, RADAR_RADIUS = 260, 86


class ChartEncoder(DjangoJSONEncoder):
    """Decimals as numbers, which is what a chart can draw."""

    def default(self, o: Any) -> Any:
        return float(o) if hasattr(o, "as_tuple") else super().default(o)


@register.simple_block_tag
def chart(
    content: SafeString,
    *,
    id: str,
    option: Mapping[str, Any],
    title: str,
    size: str = "m",
) -> SafeString:
    """An ECharts drawing of `option` with the table it shows inside the tag.

    `size`: s (200 px), m (280 px) or l (400 px). `id` is unique on the page. The page's `scripts`
    block needs `{% chart_scripts %}`; without scripts the table stands alone.
    """
    one_of(size, ("s", "m", "l"), "size")
    data = json_script(option, f"{id}-option", ChartEncoder)
    return render_to_string(
        "ui/chart.html",
        {"id": id, "title": title, "size": size, "data": data, "content": content},
    )


@register.simple_tag
def bar(
    *,
    value: Number | None,
    full: Number = 100,
    low: Number | None = 60,
    top: Number | None = 90,
    label: str = "",
    places: int = 0,
) -> SafeString:
    """A value as a short bar and a number: below `low` is bad, from `top` up is good."""
    if value is None:
        return drawn("ui/bar.html", text=formats.DASH)
    share = min(max(float(value) / float(full), 0.0), 1.0) if full else 0.0
    tone = "low" if low is not None and value < low else ""
    tone = tone or ("top" if top is not None and value >= top else "")
    text = str(rounded(value, places))
    # As text: a localised number would not be a valid width.
    width = f"{share * BAR_WIDTH:.1f}"
    return drawn("ui/bar.html", text=text, tone=tone, width=width, full=BAR_WIDTH, label=label)


@register.inclusion_tag("ui/spark.html")
def spark(*, values: Sequence[Number | None], label: str) -> Props:
    """A line the height of a word; missing values are left out, fewer than two draw nothing."""
    known = [(i, float(v)) for i, v in enumerate(values) if v is not None]
    if len(known) < 2:
        return {"text": formats.DASH}
    low, high = min(v for _, v in known), max(v for _, v in known)
    step = (SPARK_WIDTH - 6) / (len(values) - 1)
    spread = high - low
    dots = [
        (
            3 + i * step,
            SPARK_HEIGHT - 3 - (SPARK_HEIGHT - 6) * ((v - low) / spread if spread else 0.5),
        )
        for i, v in known
    ]
    last_x, last_y = dots[-1]
    return {
        "path": " ".join(f"{x:.1f},{y:.1f}" for x, y in dots),
        "x": f"{last_x:.1f}",
        "y": f"{last_y:.1f}",
        "width": SPARK_WIDTH,
        "height": SPARK_HEIGHT,
        "label": label,
    }


@register.inclusion_tag("ui/radar.html")
def radar(
    *, items: Iterable[Any], title: str, full: Number = 100, other_label: str = "平均"
) -> Props:
    """A radar of three or more scores as a drawing that prints and needs no script.

    Items: (label, value) or (label, value, other); `other` draws a second, dashed outline.
    """
    axes = named(items, ("label", "value", "other"))
    if len(axes) < 3:
        raise TemplateSyntaxError("radar needs at least three items")
    centre = RADAR_SIZE / 2

    def spot(index: int, share: float) -> tuple[float, float]:
        angle = 2 * math.pi * index / len(axes) - math.pi / 2
        reach = RADAR_RADIUS * share
        return centre + reach * math.cos(angle), centre + reach * math.sin(angle)

    def outline(shares: Sequence[float]) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in map(spot, range(len(shares)), shares))

    def share(value: Number | None) -> float:
        return min(max(float(value or 0) / float(full), 0.0), 1.0)

    def read(item: Any, name: str) -> Any:
        return item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)

    others = [read(a, "other") for a in axes]
    labels = []
    for index, axis in enumerate(axes):
        x, y = spot(index, 1.22)
        side = x - centre
        anchor = "middle" if abs(side) < 8 else "start" if side > 0 else "end"
        end_x, end_y = spot(index, 1)
        labels.append(
            {
                "label": read(axis, "label"),
                "value": formats.score(read(axis, "value"), 0),
                "other": formats.score(read(axis, "other"), 0),
                "x": f"{x:.1f}",
                "y": f"{y:.1f}",
                "anchor": anchor,
                "end_x": f"{end_x:.1f}",
                "end_y": f"{end_y:.1f}",
            }
        )
    return {
        "title": title,
        "size": RADAR_SIZE,
        "centre": f"{centre:.0f}",
        "rings": [outline([ring] * len(axes)) for ring in (0.25, 0.5, 0.75, 1.0)],
        "shape": outline([share(read(a, "value")) for a in axes]),
        "other_shape": outline([share(o) for o in others]) if None not in others else "",
        "other_label": other_label,
        "labels": labels,
    }


@register.inclusion_tag("ui/chart_scripts.html")
def chart_scripts() -> Props:
    """The two scripts a page with charts needs, in its `scripts` block."""
    return {}
