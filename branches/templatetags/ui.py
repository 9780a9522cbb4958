"""The components pages are composed of: `{% load ui %}` brings all of them, and the filters.

A component is a tag, whose signature is its props, and a file in templates/ui/. An unknown or
missing prop, or a value outside its list (tone, kind, size), raises TemplateSyntaxError. Lists of
items take tuples in the documented order, dicts, or objects with attributes of the same names.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from branches.templatetags import drawings, form_parts, formats
from branches.templatetags.formats import Number, rounded, signed
from branches.templatetags.props import Props, drawn, named, one_of, tone_of

register = template.Library()
register.filters.update(formats.register.filters)
register.tags.update(drawings.register.tags)
register.tags.update(form_parts.register.tags)

STAR_WORDS = "零一二三四五六七八九十"


# Containers


@register.simple_block_tag
def card(
    content: SafeString,
    *,
    title: str = "",
    note: str = "",
    tone: str = "",
    pad: bool = False,
    url: str = "",
    action: str = "查看全部",
    id: str = "",
) -> SafeString:
    """A titled box; `pad` for text and forms, without it for lines and tables that reach the edge.

    `url` with `action` puts a link at the right of its header.
    """
    props = {
        "title": title,
        "note": note,
        "tone": tone_of(tone),
        "pad": pad,
        "url": url,
    }
    return render_to_string(
        "ui/card.html", {**props, "action": action, "id": id, "content": content}
    )


@register.simple_block_tag
def fold(
    content: SafeString, *, title: str, note: str = "", open: bool = False, id: str = ""
) -> SafeString:
    """A card that folds to its title and `note`, without a script; `open` at first or not."""
    return render_to_string(
        "ui/fold.html",
        {"title": title, "note": note, "open": open, "id": id, "content": content},
    )


@register.simple_block_tag
def table(content: SafeString, *, label: str, kind: str = "plain") -> SafeString:
    """A table in a box that scrolls by itself, also from the keyboard.

    `kind`: "plain", "cards" (rows stack on a phone; cells carry data-label) or "pin" (the first
    column stays in view). `label` is its name for screen readers.
    """
    one_of(kind, ("plain", "cards", "pin"), "kind")
    return render_to_string("ui/table.html", {"label": label, "kind": kind, "content": content})


@register.simple_block_tag
def figs(content: SafeString) -> SafeString:
    """A row of figures; holds `fig` tags."""
    return render_to_string("ui/figs.html", {"content": content})


@register.simple_block_tag
def callout(content: SafeString, *, tone: str = "", title: str = "") -> SafeString:
    """A boxed remark inside the text of a page."""
    return render_to_string(
        "ui/callout.html", {"tone": tone_of(tone), "title": title, "content": content}
    )


@register.simple_block_tag
def props(content: SafeString) -> SafeString:
    """A list of labelled values; holds `prop` tags."""
    return render_to_string("ui/props.html", {"content": content})


@register.simple_block_tag
def menu(content: SafeString, *, label: str) -> SafeString:
    """Links and buttons behind one button; opens without a script."""
    return render_to_string("ui/menu.html", {"label": label, "content": content})


@register.simple_block_tag
def confirm(
    content: SafeString, *, label: str, title: str, lost: str = "", tone: str = "bad"
) -> SafeString:
    """A button that first says what will be lost, then shows the form inside it."""
    return render_to_string(
        "ui/confirm.html",
        {
            "label": label,
            "title": title,
            "lost": lost,
            "tone": tone_of(tone),
            "content": content,
        },
    )


# Lines, figures and marks


@register.inclusion_tag("ui/due.html")
def due(
    *,
    tag: str,
    title: str,
    tone: str = "",
    note: str = "",
    url: str = "",
    action: str = "办理",
    post: bool = False,
    explain: str = "",
) -> Props:
    """One thing to do, why, and the button that does it; `post` sends a form instead of a link.

    `explain` is the page that shows the article and the arithmetic.
    """
    return {
        "tag": tag,
        "title": title,
        "tone": tone_of(tone),
        "note": note,
        "url": url,
        "action": action,
        "post": post,
        "explain": explain,
    }


@register.inclusion_tag("ui/coming.html")
def coming(*, when: str, title: str, note: str = "", url: str = "") -> Props:
    """One thing that is coming up."""
    return {"when": when, "title": title, "note": note, "url": url}


@register.inclusion_tag("ui/line.html")
def line(
    *,
    title: str,
    points: Number | None = None,
    why: str = "",
    url: str = "",
    action: str = "看记录",
    url2: str = "",
    action2: str = "申诉",
    places: int = 2,
) -> Props:
    """A line of a score: what for, how many points, the arithmetic, and the way back."""
    return {
        "title": title,
        "points": points,
        "why": why,
        "links": [(u, a) for u, a in ((url, action), (url2, action2)) if u],
        "places": places,
    }


@register.inclusion_tag("ui/fig.html")
def fig(
    *,
    value: object,
    label: str,
    tone: str = "",
    stars: int | None = None,
    url: str = "",
) -> Props:
    """One figure and what it is; `stars` draws that many instead of the value."""
    return {
        "value": value,
        "label": label,
        "tone": tone_of(tone),
        "stars": stars,
        "url": url,
    }


@register.inclusion_tag("ui/prop.html")
def prop(*, label: str, value: object, url: str = "") -> Props:
    """One labelled value; — when it is missing."""
    return {"label": label, "value": value, "url": url}


@register.simple_tag
def tag(*, label: str, tone: str = "") -> SafeString:
    """A short state in a pill."""
    return drawn("ui/tag.html", label=label, tone=tone_of(tone))


@register.simple_tag
def stars(*, n: int | None, of: int = 5) -> SafeString:
    """`n` gold stars of `of`, read out as 四星; None is —."""
    if n is None:
        return drawn("ui/stars.html", words="")
    lit = min(max(n, 0), of)
    words = f"{STAR_WORDS[lit]}星" if lit else "无星"
    return drawn("ui/stars.html", words=words, lit="★" * lit, off="☆" * (of - lit))


@register.simple_tag
def points(*, value: Number | None, places: int = 2) -> SafeString:
    """Points given or taken: +2.00, −3.00, 0.00; None is —."""
    return _signed("ui/points.html", value, places)


@register.simple_tag
def change(*, value: Number | None, places: int = 1) -> SafeString:
    """The change against the period before, with 上升/下降/持平 for those who hear it."""
    return _signed("ui/change.html", value, places)


def _signed(template_name: str, value: Number | None, places: int) -> SafeString:
    if value is None:
        return drawn(template_name, text=formats.DASH, tone="mut", missing=True)
    number = rounded(value, places)
    tone = "up" if number > 0 else "down" if number < 0 else "mut"
    return drawn(template_name, text=signed(value, places), tone=tone, missing=False)


@register.inclusion_tag("ui/progress.html")
def progress(*, done: int, total: int | None, label: str = "") -> Props:
    """How far a long job is; no total yet means it waits for its turn."""
    percent = min(done * 100 // total, 100) if total else None
    return {"done": done, "total": total, "label": label, "percent": percent}


# Ways about


@register.inclusion_tag("ui/steps.html")
def steps(*, items: Iterable[Any]) -> Props:
    """The stages of a process. Items: label, state ("done", "now" or "")."""
    return {"items": named(items, ("label", "state"))}


@register.inclusion_tag("ui/segment.html")
def segment(*, items: Iterable[Any], label: str = "切换", kind: str = "seg") -> Props:
    """A choice between views of one page. Items: label, url, active, count.

    `kind`: "seg" for a short choice in a row, "tabs" for the sections of a page.
    """
    one_of(kind, ("seg", "tabs"), "kind")
    return {
        "items": named(items, ("label", "url", "active", "count")),
        "label": label,
        "kind": kind,
    }


@register.inclusion_tag("ui/crumbs.html")
def crumbs(*, items: Iterable[Any]) -> Props:
    """The way here from above. Items: label, url."""
    return {"items": named(items, ("label", "url"))}


@register.inclusion_tag("ui/empty.html")
def empty(*, title: str, hint: str = "", url: str = "", label: str = "") -> Props:
    """What to do first where there is nothing yet."""
    return {"title": title, "hint": hint, "url": url, "label": label}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: Context, *, page: Page[Any], param: str = "page") -> Props:
    """Links to the other pages of a list, keeping the query string; nothing for a single page."""
    request = context.get("request")
    query = request.GET.copy() if request else None

    def url(number: int) -> str:
        if query is None:
            return f"?{param}={number}"
        query[param] = str(number)
        return f"?{query.urlencode()}"

    pages = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {
        "page": page,
        "count": page.paginator.count,
        "links": [
            (
                number,
                url(number) if isinstance(number, int) else "",
                number == page.number,
            )
            for number in pages
        ],
        "previous": url(page.previous_page_number()) if page.has_previous() else "",
        "next": url(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("ui/timeline.html")
def timeline(*, items: Iterable[Any]) -> Props:
    """Events in the order given. Items: when (date, datetime or text), title, note, url, tone."""
    events = named(items, ("when", "title", "note", "url", "tone"))
    return {"events": [(_when(event), event) for event in events]}


def _when(event: Any) -> str:
    value = event["when"] if isinstance(event, Mapping) else event.when
    if isinstance(value, datetime):
        return f"{formats.day(value)} {formats.hm(value)}"
    return formats.day(value) if isinstance(value, date) else str(value)


@register.inclusion_tag("ui/tree.html")
def tree(*, nodes: Iterable[Any], label: str = "组织") -> Props:
    """Nested places that fold. Nodes: label, url, note, count, children, open."""
    return {"nodes": nodes, "label": label}


@register.inclusion_tag("ui/calendar.html")
def calendar(*, weeks: Sequence[Sequence[Any]], label: str) -> Props:
    """A month of seven-day weeks from Monday.

    Days: date, in_month, today, items (label, url, tone), mark (why the day departs from its
    weekday). On a phone it is a list of the days that have something.
    """
    names = ("date", "in_month", "today", "items", "mark")
    rows = [
        [(d, named(_items(d), ("label", "url", "tone"))) for d in named(week, names)]
        for week in weeks
    ]
    return {"weeks": rows, "label": label, "weekdays": formats.WEEKDAYS}


def _items(day: Any) -> Iterable[Any]:
    # In a template `day.items` would be the method of a dict.
    found = day["items"] if isinstance(day, Mapping) else day.items
    return found or ()


@register.inclusion_tag("ui/filter_box.html")
def filter_box(*, target: str, label: str = "按姓名或拼音查找") -> Props:
    """A box that narrows `[data-filter]` children of `target` (a CSS selector) while typing."""
    return {"target": target, "label": label}
