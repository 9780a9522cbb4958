"""``manage.py check_tree``: compare the stored paths of the tree with its parents."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from branches.models import Organization
from branches.queries import organizations


class Command(BaseCommand):
    help = "检查组织树：路径、上级和类别是否一致。有问题时逐条列出，并以 1 退出。"

    def handle(self, *args: Any, **options: Any) -> None:
        found = organizations.problems()
        if not found:
            self.stdout.write(f"组织树完好，共 {Organization.objects.count()} 个组织。")
            return
        rows = Organization.objects.in_bulk([problem.node_id for problem in found])
        for problem in found:
            row = rows[problem.node_id]
            self.stdout.write(f"{row.code} {row.name}（{row.path}）：{problem.what}")
        raise CommandError(f"组织树有 {len(found)} 处问题。", returncode=1)
