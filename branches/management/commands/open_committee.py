from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from branches.models import Organization
from branches.operations import accounts, organizations
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind, OrganizationType


class Command(BaseCommand):
    help = "建立党委和它的第一个管理员账号；初始密码只显示一次，首次登录须修改"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", required=True, help="组织编码，如 DW")
        parser.add_argument("--name", required=True, help="党委全称")
        parser.add_argument("--administrator", required=True, help="管理员姓名")
        parser.add_argument("--username", default="admin", help="管理员账号，默认 admin")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if Organization.objects.filter(code=options["code"]).exists():
            raise CommandError(f"组织编码“{options['code']}”已被使用，请换一个。")
        now = timezone.now()
        today = timezone.localdate(now)
        committee = organizations.create(
            code=options["code"],
            name=options["name"],
            short_name=options["name"][:30],
            kind=OrganizationKind.COMMITTEE,
            type=OrganizationType.ENTERPRISE_OFFICE,
            parent=None,
            founded_on=today,
            by=None,
            at=now,
        )
        try:
            user, password = accounts.open_account(
                username=options["username"],
                name=options["administrator"],
                organization=committee,
                by=None,
                at=now,
            )
        except accounts.UsernameTaken:
            raise CommandError(
                f"账号“{options['username']}”已存在，请用 --username 换一个。"
            ) from None
        accounts.appoint(
            user=user,
            organization=committee,
            role=Role.ADMINISTRATOR,
            started_on=today,
            by=None,
            at=now,
        )
        self.stdout.write(
            f"已建立{committee.name}。管理员账号：{user.username}，初始密码：{password}"
        )
