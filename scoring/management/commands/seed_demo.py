from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from branches.demo_accounts import ACCOUNTS, PASSWORD
from scoring.demo import seeding
from scoring.demo.company import DETAILED_UP_TO, LEAST_MEMBERS

MOST_MEMBERS = 1_000_000


class Command(BaseCommand):
    help = "生成虚构的青峰矿业作演示（相同参数、相同日期得到相同的数据）；不会覆盖真实数据"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=420, help="党员人数，默认 420")
        parser.add_argument("--months", type=int, default=14, help="本月之前的整月数，默认 14")
        parser.add_argument("--seed", type=int, default=20261001, help="随机种子")
        parser.add_argument(
            "--runs",
            action="store_true",
            help=f"党员多于 {DETAILED_UP_TO} 人时也核算每个整月（默认只采用方案，不核算）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        members, months = options["members"], options["months"]
        if not (settings.LOCAL or settings.DEMO):
            raise CommandError("这是正式环境，不能生成演示数据。")
        if not LEAST_MEMBERS <= members <= MOST_MEMBERS:
            raise CommandError(f"--members 应在 {LEAST_MEMBERS} 至 {MOST_MEMBERS} 之间。")
        if not 1 <= months <= 60:
            raise CommandError("--months 应在 1 至 60 之间。")
        if options["seed"] < 0:
            raise CommandError("--seed 应是不小于 0 的整数。")
        if seeding.holds_foreign_data():
            raise CommandError(
                "数据库中已有组织、党员或账号，且不是演示数据。为免覆盖，未作任何改动。"
            )
        wanted = seeding.Parameters.on(
            timezone.localdate(), members=members, months=months, seed=options["seed"]
        )
        present = seeding.last_parameters()
        if present == wanted:
            self.stdout.write("演示数据已是今天按相同参数生成的，未作改动。")
            return
        if present is not None:
            self.stdout.write(
                f"替换 {present.today} 生成的演示数据（{present.members} 名党员）"
                "；期间录入的内容一并清除，审计记录保留。"
            )
        self.stdout.write(f"生成演示数据：{members} 名党员，{months} 个整月 …")
        started = time.perf_counter()
        report = seeding.seed(
            wanted,
            with_runs=options["runs"] or members <= DETAILED_UP_TO,
            at=timezone.now(),
            say=self.stdout.write,
        )
        for name, number in seeding.counts(report):
            self.stdout.write(f"  {name}：{number:,}")
        self.stdout.write("演示账号（密码均为 " + PASSWORD + "）：")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.username}（{account.role}）{account.try_this}")
        self.stdout.write(f"完成，用时 {time.perf_counter() - started:.1f} 秒。")
