"""What the form of every section of a draft shares: rows, and mistakes shown where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from branches.models import Organization
from scoring.queries import drafts
from scoring.rules import editing
from scoring.rules.editing import Where
from scoring.rules.scheme import Scheme

_MOST_ROWS = 60


class SectionForm(forms.Form):
    """One section of a draft: what is typed is put into the scheme by ``applied``.

    ``edition`` is the one that was being looked at and ``was`` the element that stood in the
    place then. ``tables`` says in which of the form's rows a table of the text is typed.
    """

    edition = forms.IntegerField(widget=forms.HiddenInput)
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    rows_title = ""
    tables: ClassVar[Mapping[editing.Path, str]] = {}
    # Keys of the text whose field has another name.
    renamed: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        *args: Any,
        scheme: Scheme,
        where: Where,
        committee: Organization,
        edition: int,
        rule: str = "",
        **kwargs: Any,
    ) -> None:
        self.scheme, self.where, self.committee, self.rule = scheme, where, committee, rule
        self.element: Any = editing.found(scheme, where)
        self.rows: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {}
        self.headings: list[str] = []
        was = editing.identity(self.element)
        kwargs["initial"] = {"edition": edition, "was": was, **self.before()}
        super().__init__(*args, **kwargs)
        self.build()

    def before(self) -> dict[str, Any]:
        """Return what the fields show at first."""
        return {}

    def build(self) -> None:
        """Add the fields that depend on the scheme."""

    def applied(self) -> Scheme:
        """Return the scheme with what was typed; only after the form is valid."""
        raise NotImplementedError

    def add_rows(
        self,
        name: str,
        columns: Mapping[str, Callable[[], forms.Field]],
        filled: Sequence[Mapping[str, Any]],
        *,
        defaulted: tuple[str, ...] = (),
    ) -> None:
        """Add rows of optional fields, ``filled`` ones first and spare ones behind.

        A row counts as empty when nothing is typed but in its ``defaulted`` columns.
        """
        count = max(len(filled) + 2, 3)
        if self.is_bound:
            sent = [
                n
                for n in range(_MOST_ROWS)
                if any(f"{name}-{n}-{column}" in self.data for column in columns)
            ]
            count = max(sent, default=0) + 1
        headings: dict[str, str] = {}
        for n in range(count):
            values = filled[n] if n < len(filled) else {}
            for column, make in columns.items():
                field = make()
                field.required = False
                field.initial = values.get(column, field.initial)
                headings[column] = str(field.label)
                field.label = f"第 {n + 1} 行{field.label}"
                field.widget.attrs["aria-label"] = field.label
                self.fields[f"{name}-{n}-{column}"] = field
        self.rows[name] = (count, tuple(columns), defaulted)
        self.headings = list(headings.values())

    def row_fields(self) -> list[list[tuple[str, forms.BoundField]]]:
        """Return the rows of fields, each field with its column's heading."""
        return [
            [
                (heading, self[f"{name}-{n}-{column}"])
                for heading, column in zip(self.headings, columns, strict=True)
            ]
            for name, (count, columns, _) in self.rows.items()
            for n in range(count)
        ]

    def plain_fields(self) -> list[forms.BoundField]:
        return [
            bound
            for bound in self.visible_fields()
            if not any(bound.name.startswith(f"{name}-") for name in self.rows)
        ]

    def typed(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """Return the rows that are not empty, each with its number."""
        count, columns, defaulted = self.rows[name]
        found = []
        for n in range(count):
            values = {column: self.cleaned_data.get(f"{name}-{n}-{column}") for column in columns}
            faulty = any(f"{name}-{n}-{column}" in self.errors for column in columns)
            if faulty or any(
                value not in (None, "", False)
                for column, value in values.items()
                if column not in defaulted
            ):
                found.append((n, values))
        return found

    def blame(self, problems: Sequence[tuple[editing.Path, str]], changed: Scheme) -> None:
        """Show what the reader refused: at its field, or above the form with its place."""
        for path, message in problems:
            field = self._field_of(path)
            if field is not None:
                self.add_error(field, message)
            elif self._is_own(path):
                self.add_error(None, message)
            else:
                self.add_error(None, drafts.elsewhere(changed, path, message))

    def _own(self) -> editing.Path:
        return () if self.where.is_section else editing.path(self.scheme, self.where)

    def _is_own(self, path: editing.Path) -> bool:
        if self.where.is_section:
            return editing.where_of(path) == self.where
        return path[: len(self._own())] == self._own()

    def _field_of(self, path: editing.Path) -> str | None:
        own = self._own()
        if path[: len(own)] != own:
            return None
        inside = path[len(own) :]
        for table, name in self.tables.items():
            if inside[: len(table)] == table and len(inside) > len(table):
                return self._cell(name, inside[len(table) :])
        if not self._is_own(path):
            return None
        key = next((str(step) for step in reversed(inside) if isinstance(step, str)), "")
        key = self.renamed.get(key, key)
        return key if key in self.fields else None

    def _cell(self, name: str, inside: editing.Path) -> str | None:
        rows = self.typed(name)
        _, columns, _ = self.rows[name]
        # A roll-up that stands alone is written as one table, not as an array.
        place = inside[0] if isinstance(inside[0], int) else 0
        if place >= len(rows):
            return None
        key = self.renamed.get(str(inside[-1]), str(inside[-1]))
        return f"{name}-{rows[place][0]}-{key if key in columns else columns[0]}"
