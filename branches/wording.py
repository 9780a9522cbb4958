"""The words on the screen for the codes in the tables."""

from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind, OrganizationType

ORGANIZATION_KINDS = {
    OrganizationKind.COMMITTEE: "党委",
    OrganizationKind.GENERAL_BRANCH: "党总支",
    OrganizationKind.BRANCH: "党支部",
    OrganizationKind.GROUP: "党小组",
}

ORGANIZATION_TYPES = {
    OrganizationType.ENTERPRISE_FRONT: "国企·一线",
    OrganizationType.ENTERPRISE_SURFACE: "国企·地面",
    OrganizationType.ENTERPRISE_OFFICE: "国企·机关",
    OrganizationType.GOVERNMENT: "机关",
    OrganizationType.INSTITUTION: "事业单位",
    OrganizationType.RURAL: "农村",
    OrganizationType.COMMUNITY: "社区",
    OrganizationType.PRIVATE: "非公经济组织",
    OrganizationType.SOCIAL: "社会组织",
}

ROLES = {
    Role.SECRETARY: "书记",
    Role.DEPUTY_SECRETARY: "副书记",
    Role.COMMITTEE_MEMBER: "委员",
    Role.GROUP_LEADER: "党小组长",
    Role.REVIEWER: "考评审核员",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计员",
}

JOB_STATES = {
    "QUEUED": "排队中",
    "RUNNING": "进行中",
    "DONE": "已完成",
    "FAILED": "未完成",
}

SEVERITIES = {"BLOCK": "必须", "WARN": "提醒", "INFO": "提示"}

AUDIT_ACTIONS = {
    "account.opened": "开通账号",
    "account.password_reset": "重置密码",
    "account.password_changed": "修改密码",
    "account.closed": "停用账号",
    "account.reopened": "恢复账号",
    "post.appointed": "任命",
    "post.ended": "免去职务",
    "organization.created": "设立组织",
    "organization.changed": "修改组织",
    "organization.moved": "调整隶属",
    "organization.closed": "撤销组织",
    "term.recorded": "登记换届",
    "calendar.changed": "调整工作日",
    "member.created": "登记党员",
    "member.changed": "修改党员信息",
    "member.moved": "调整所在支部",
    "member.left": "转出或离开",
    "member.unmasked": "查看敏感信息",
    "member.exempted": "登记免考评",
    "member.account_linked": "关联账号",
    "roster.imported": "导入花名册",
    "activity.logged": "登记活动",
    "activity.changed": "修改活动",
    "activity.closed": "活动办结",
    "activity.cancelled": "取消活动",
    "activity.attendance": "登记到会",
    "mark.entered": "检查打分",
    "points.entered": "登记加减分",
    "points.voided": "撤销加减分",
    "veto.entered": "登记一票否决",
    "run.computed": "核算",
    "scheme.adopted": "采用方案",
    "ledger.printed": "打印台账",
    "document.downloaded": "下载文件",
    "demo.seeded": "生成演示数据",
}

PRODUCT = "支部管理"
