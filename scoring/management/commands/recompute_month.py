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
from scoring.operations import rollups, runs


class Command(BaseCommand):
    help = "核算一个期间，并汇总含它的季度、年度：recompute_month 2026-10 [--organization 编码]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help="期间，如 2026-10、2026Q3、2026H2、2026")
        parser.add_argument("--organization", help="只核算这个党委（组织编码）；默认全部")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = Period.parse(options["period"])
        except ValueError:
            raise CommandError(
                f"期间应写成 2026-10、2026Q3、2026H2 或 2026 的样子，这里是“{options['period']}”。"
            ) from None
        statements = 0

        def count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            nonlocal statements
            statements += 1
            return execute(sql, params, many, context)

        started = time.perf_counter()
        done: list[Run] = []
        in_round: list[str] = []
        with connection.execute_wrapper(count):
            for committee in self._committees(options["organization"]):
                try:
                    computed = runs.recompute(
                        committee=committee, period=period, by=None, at=timezone.now()
                    )
                except runs.NoSchemeInForce:
                    self.stderr.write(
                        f"{committee.name}：{period.label}没有施行中的评分方案，未核算。"
                    )
                except runs.PeriodInRound as reason:
                    in_round.append(f"{committee.name}：{reason}")
                else:
                    done += computed
                    for run in computed:
                        rollups.refresh(
                            version=run.version, period=period, by=None, at=timezone.now()
                        )
        elapsed = time.perf_counter() - started
        if not done and in_round:
            raise CommandError("\n".join(in_round))
        if not done:
            mend = "请先为党委采用评分方案"
            if period.kind is not PeriodKind.MONTH:
                mend += "；由较短期间汇总的，请核算其中最后一期"
            raise CommandError(f"{period.label}没有可核算的党委：{mend}。")
        for sentence in in_round:
            self.stderr.write(sentence)
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
