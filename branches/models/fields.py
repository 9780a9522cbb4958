"""Columns of our own."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models

from branches import keys


class SealedTextField(models.TextField):
    """Text that is encrypted at rest; in Python it is plain.

    It cannot be searched: keep a ``keys.digest`` beside it where equality matters.
    """

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"purpose": self.purpose}

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else keys.unseal(value, purpose=self.purpose)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):  # bulk_update hands expressions over
            return value
        prepared = super().get_db_prep_save(value, connection)
        return None if prepared is None else keys.seal(prepared, purpose=self.purpose)


class DateSpan(models.Func):
    """The half-open span of two date columns, for constraints that forbid overlaps."""

    function = "DATERANGE"
    output_field = DateRangeField()
