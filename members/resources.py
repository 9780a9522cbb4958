"""Members as django-import-export writes them: in bulk, every foreign key known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tablib
from import_export import exceptions, fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader

from members.models import Member
from members.queries.roster_people import SAID
from members.queries.rosters import DERIVED, ROWS_A_STEP, Entry

COLUMNS = (*SAID, *DERIVED)


class _AsIs(widgets.Widget):
    """Values were read and checked before; they pass unchanged."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return value


class RosterResource(resources.ModelResource):
    """Writes the members of a checked roster; the caller owns the transaction."""

    class Meta:
        model = Member
        fields = ("id", *COLUMNS)
        import_id_fields = ("id",)
        instance_loader_class = CachedInstanceLoader
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        use_transactions = False

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        super().__init__()
        self._tell = tell
        self._total = 0
        self._written: list[Member] = []

    @classmethod
    def field_from_django_field(
        cls, field_name: str, django_field: Any, readonly: bool
    ) -> fields.Field:
        return fields.Field(
            attribute=field_name, column_name=field_name, widget=_AsIs(), readonly=readonly
        )

    def write(self, entries: Sequence[Entry]) -> list[int]:
        """Write the members of ``entries`` and return their keys, in order.

        :raises django.db.IntegrityError: a number belongs to somebody else by now.
        """
        self._total = len(entries)
        self._written = []
        if not entries:
            return []
        dataset = tablib.Dataset(headers=["id", *COLUMNS])
        for entry in entries:
            dataset.append([entry.member_id, *(entry.values[name] for name in COLUMNS)])
        try:
            self.import_data(dataset, dry_run=False, raise_errors=True)
        except exceptions.ImportError as failure:
            raise failure.error from failure
        return [member.pk for member in self._written]

    def bulk_update(
        self,
        using_transactions: bool,
        dry_run: bool,
        raise_errors: bool,
        batch_size: int | None = None,
        result: Any = None,
    ) -> None:
        """Update the queued members with one upsert a batch.

        Django's own bulk_update writes a CASE with a branch for each row and column, many
        times slower at this size.
        """
        try:
            if self.update_instances and not dry_run:
                Member.objects.bulk_create(
                    self.update_instances,
                    batch_size=batch_size,
                    update_conflicts=True,
                    unique_fields=["id"],
                    update_fields=COLUMNS,
                )
        finally:
            self.update_instances.clear()

    def after_save_instance(self, instance: Member, row: Any, **kwargs: Any) -> None:
        # Bulk mode only queues it here; the key arrives with the batch, on this same object.
        self._written.append(instance)
        if len(self._written) % ROWS_A_STEP == 0:
            self._tell(len(self._written), self._total)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Leave the sequence alone: the library would set it back under concurrent inserts."""
