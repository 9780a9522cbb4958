"""The steps that a page offers on a record: each a form with one button."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms


@dataclass(frozen=True, slots=True)
class Offer:
    title: str
    url: str
    form: forms.Form
    button: str
    note: str = ""
    is_main: bool = True


def wrong(offers: list[Offer]) -> forms.Form | None:
    """Return the form that was sent and could not be taken."""
    return next((offer.form for offer in offers if offer.form.is_bound), None)
