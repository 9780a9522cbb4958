"""Forms answer in the product's own words: browsers are kept from answering in theirs.

A browser stops a form with a bubble in its own language, which is not always Chinese, and says
nothing a reader of the page can come back to. So every form that asks for something carries
``novalidate``, and the server says in Chinese what is missing, beside its field. A form that is a
button alone (and what it sends along, hidden) has nothing to validate.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FORM = re.compile(r"<form\b((?:\{[{%].*?[}%]\}|[^>])*)>(.*?)(?:</form>|\Z)", re.S)
ASKS = re.compile(
    r"<select\b|<textarea\b|<input\b(?![^>]*type=\"hidden\")"
    r"|\{%\s*(?:field|fields|include|roll|roll_row|confirm)\b|\{\{\s*(?:form|bound|cell|field)\b"
)


def asking_without_novalidate(source: str) -> list[str]:
    """Return the tags of the post forms that ask for something and leave it to the browser."""
    return [
        f"<form{found[1]}>"
        for found in FORM.finditer(source)
        if 'method="post"' in found[1] and "novalidate" not in found[1] and ASKS.search(found[2])
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_form_that_asks_for_something_leaves_no_answer_to_the_browser(path):
    forms = asking_without_novalidate(path.read_text(encoding="utf-8"))
    assert forms == [], '请给有输入项的 <form method="post"> 加上 novalidate'


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<form method="post">{% field field=form.x %}</form>', 1),
        ('<form method="post" action="{% url \'a\' pk=1 %}">{% fields form=f %}</form>', 1),
        ('<form method="post"{% if a > b %} class="x"{% endif %}><select></select></form>', 1),
        ('<form method="post"><input type="checkbox"></form>', 1),
        ('<form method="post">{% include "x.html" %}', 1),
        ('<form method="post" novalidate>{% field field=form.x %}</form>', 0),
        ('<form method="post">{% csrf_token %}<input type="hidden" name="a"><button></form>', 0),
        ('<form method="get"><input type="search"></form>', 0),
    ],
)
def test_the_rule_tells_forms_that_ask_from_mere_buttons(source, found):
    assert len(asking_without_novalidate(source)) == found
