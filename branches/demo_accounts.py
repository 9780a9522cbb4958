"""The accounts of the fictional company: who they are and what is worth trying with each.

Known to the command that makes them and to the sign-in page that names them; both only
where settings.DEMO holds.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class DemoAccount:
    username: str
    role: str
    try_this: str


PASSWORD: Final = "demo-2026-qf"  # noqa: S105 (shown to everybody on the sign-in page)

ACCOUNTS: Final[tuple[DemoAccount, ...]] = (
    DemoAccount("shuji", "支部书记", "登记一次主题党日并签到，看本支部的星级"),
    DemoAccount("dangwei", "考评审核员", "核算本月，看全部支部的星级看板"),
    DemoAccount("dangweishuji", "党委书记", "审定星级评定结果，决定结果怎样运用"),
    DemoAccount("dangyuan", "党员", "看自己的积分，每一分从哪里来"),
    DemoAccount("zuzhang", "党小组长", "登记党小组会，看本组党员"),
    DemoAccount("admin", "管理员", "管理账号和组织，打印三会一课台账"),
    DemoAccount("shenji", "审计员", "查操作记录，谁在什么时候改了什么"),
)
