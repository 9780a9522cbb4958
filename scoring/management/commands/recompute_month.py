from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from scoring.models import Run, SchemeVersion
from scoring.operations import runs


class Command(BaseCommand):
    help = "核算一个月份：recompute_month 2026-10 [--organization 组织编码]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="月份，如 2026-10")
        parser.add_argument("--organization", help="只核算这个党委（组织编码）；默认全部")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month = Period.parse(options["month"])
        except ValueError:
            month = None
        if month is None or month.kind is not PeriodKind.MONTH:
            raise CommandError(f"月份应写成 2026-10 的样子，这里是“{options['month']}”。")
        statements = 0

        def count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            nonlocal statements
            statements += 1
            return execute(sql, params, many, context)

        started = time.perf_counter()
        done: list[Run] = []
        with connection.execute_wrapper(count):
            for committee in self._committees(options["organization"]):
                try:
                    done += runs.recompute(
                        committee=committee, period=month, by=None, at=timezone.now()
                    )
                except runs.NoSchemeInForce:
                    self.stderr.write(
                        f"{committee.name}：{month.label}没有施行中的评分方案，未核算。"
                    )
        elapsed = time.perf_counter() - started
        if not done:
            raise CommandError(f"{month.label}没有可核算的党委：请先为党委采用评分方案。")
        self.stdout.write(
            json.dumps(
                {
                    "members": sum(r.subjects for r in done if r.version.rates_members),
                    "organisations": sum(r.subjects for r in done if not r.version.rates_members),
                    "statements": statements,
                    "milliseconds": round(elapsed * 1000),
                }
            )
        )

    def _committees(self, code: str | None) -> list[Organization]:
        adopted = Organization.objects.filter(pk__in=SchemeVersion.objects.values("committee_id"))
        if code is None:
            return list(adopted.order_by("path"))
        organization = Organization.objects.filter(code=code).first()
        if organization is None:
            raise CommandError(f"没有编码为“{code}”的组织。")
        return [organization]
