"""``manage.py verify_audit``: recompute the signatures of the audit's chain."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from branches import audit
from branches.models import AuditEntry


class Command(BaseCommand):
    help = "核对审计记录的签名链。记录被改、被删或被插入时逐条列出，并以 1 退出。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchor",
            default="",
            help="以前打印或保存的最新记录（序号-签名），用来发现末尾被截断。",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        audit.seal()
        found = [f"第 {broken.entry_id} 条：{broken.what}" for broken in audit.verify()]
        if options["anchor"] and not _stands(options["anchor"]):
            found.append(f"找不到保存过的记录 {options['anchor']}，末尾可能被截断。")
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"审计记录有 {len(found)} 处问题。", returncode=1)
        self.stdout.write(
            f"审计记录完好，共 {AuditEntry.objects.count()} 条。最新记录：{audit.anchor()}"
        )


def _stands(anchor: str) -> bool:
    """Return whether the entry that an anchor names is still there, unchanged."""
    number, _, signature = anchor.partition("-")
    return (
        number.isdecimal()
        and bool(signature)
        and AuditEntry.objects.filter(
            seal_number=int(number), signature__startswith=signature
        ).exists()
    )
