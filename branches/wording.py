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
    "activity.reopened": "退回更正",
    "activity.cancelled": "取消活动",
    "activity.attendance": "登记到会",
    "mark.entered": "检查打分",
    "points.entered": "登记加减分",
    "points.voided": "撤销加减分",
    "veto.entered": "登记一票否决",
    "run.computed": "核算",
    "run.amended": "补充核算",
    "scheme.adopted": "采用方案",
    "scheme.withdrawn": "撤销采用",
    "draft.created": "建立方案草稿",
    "draft.saved": "修改方案草稿",
    "draft.discarded": "删除方案草稿",
    "ledger.printed": "打印台账",
    "document.downloaded": "下载文件",
    "member.exported": "导出花名册",
    "demo.seeded": "生成演示数据",
}

# What the audit shows beside a value, for every key that an operation writes, in the order
# in which they are listed.
AUDIT_FIELDS = {
    "person": "姓名",
    "username": "账号",
    "user": "账号",
    "role": "职务",
    "organization": "党组织",
    "started_on": "起始日期",
    "ended_on": "截止日期",
    "on": "日期",
    "code": "编码",
    "name": "名称",
    "short_name": "简称",
    "kind": "类别",
    "type": "类型",
    "founded_on": "成立日期",
    "dissolved_on": "撤销日期",
    "parent": "上级组织",
    "posts": "同时免去的职务数",
    "ordinal": "届次",
    "elected_on": "选举日期",
    "ends_on": "任期届满",
    "is_working": "上班",
    "note": "说明",
    "period": "期间",
    "rows": "行数",
    "status": "党员类别",
    "way": "方式",
    "reason": "原因",
    "branch": "党支部",
    "group": "党小组",
    "sex": "性别",
    "birth_date": "出生日期",
    "id_number": "公民身份号码",
    "phone": "联系电话",
    "employee_number": "工号",
    "education": "学历",
    "work_post": "工作岗位",
    "admitted_on": "入党日期",
    "regularised_on": "转正日期",
    "sensitive": "含敏感信息",
    "created": "新登记人数",
    "updated": "更新人数",
    "unchanged": "未变人数",
    "members": "党员数",
    "item": "项目",
    "quantity": "数量",
    "happened_on": "发生日期",
    "scheme": "评分方案",
    "subjects": "核算对象数",
    "number": "版次",
    "from": "施行月份",
    "state": "状态",
    "title": "标题",
    "content": "内容",
    "held_on": "活动日期",
    "starts_at": "开始时间",
    "ends_at": "结束时间",
    "place": "地点",
    "host": "主持人",
    "recorder": "记录人",
    "summary": "会议记录",
    "marks": "到会登记",
    "roll": "应到名单人数",
    "parts": "议程",
    "record_due_on": "登记期限",
    "due": "应到",
    "attended": "实到",
    "on_leave": "请假",
    "absent": "缺席",
    "unmarked": "未登记",
    "months": "月数",
    "today": "起算日期",
    "source": "来源",
    "edition": "草稿版次",
}

# Where a key means something else in the entries of one action.
AUDIT_FIELDS_OF = {
    "member.created": {"name": "姓名"},
    "member.changed": {"name": "姓名"},
    "ledger.printed": {"code": "台账"},
    "scheme.adopted": {"code": "评分方案"},
    "scheme.withdrawn": {"code": "评分方案"},
}

# Kept as proof or to join tables; they tell a reader nothing.
AUDIT_UNSHOWN = frozenset({"member", "path", "seed", "sha256", "checksum", "file"})

# Keys whose value is a code of its own scheme: shown only where there is a word for it.
AUDIT_CODED = frozenset({"item", "scheme"})

# The shipped ones; a committee's own carry their title with them.
SCHEMES = {
    "absence-months": "无故缺席（按月）",
    "absence-times": "无故缺席（按次）",
    "duty-members": "担当指数（党员）",
    "duty-organizations": "担当指数（党组织）",
    "honest-star": "诚信星级",
    "loyalty-members": "忠诚指数（党员）",
    "loyalty-organizations": "忠诚指数（党组织）",
    "member-points": "党员积分（加分、扣分、一票否决）",
    "party-building-year": "党建年度考核（含两个指数）",
    "points-1261": "党员积分（1261 定档）",
    "qualified-member": "合格党员记实",
    "secretary-absence": "书记缺席",
    "secretary-contest": "支书大比武（半年）",
    "secretary-ranking": "支书大比武（月度排名）",
    "secretary-term": "书记任期与退出",
    "star-branch": "星级党支部（五标）",
    "star-year": "星级党支部（年度定星）",
    "step-list": "清单管理、台阶考核",
    "study-sessions": "集中学习次数",
}

# The codes of the other apps stand here too: an app below may not import from one above.
AUDIT_VALUES: dict[str, dict[str, str]] = {
    "role": {str(key): word for key, word in ROLES.items()},
    "kind": {str(key): word for key, word in ORGANIZATION_KINDS.items()},
    "type": {str(key): word for key, word in ORGANIZATION_TYPES.items()},
    "scheme": SCHEMES,
    "code": SCHEMES,
    "status": {
        "FULL": "正式党员",
        "PROBATIONARY": "预备党员",
        "SUSPENDED": "停止党籍",
        "LEFT": "已离开",
    },
    "sex": {"M": "男", "F": "女"},
    "education": {
        "JUNIOR": "初中及以下",
        "SENIOR": "高中、中专",
        "COLLEGE": "大专",
        "BACHELOR": "本科",
        "MASTER": "研究生",
        "DOCTOR": "博士研究生",
    },
    "reason": {"ill": "年老体弱、重病", "away": "长期外出流动"},
    "way": {
        "MOVED_OUT": "转出（组织关系转往其他党组织）",
        "EXPELLED": "出党（除名、退党、开除党籍）",
        "DIED": "去世",
        "SUSPENDED": "停止党籍",
    },
    "state": {
        "PLANNED": "已安排",
        "OPEN": "登记中",
        "CLOSED": "已办结",
        "CANCELLED": "已取消",
    },
    "marks": {
        "UNMARKED": "未登记",
        "PRESENT": "到",
        "LATE": "迟到",
        "ONLINE": "线上",
        "LEAVE": "请假",
        "ABSENT": "缺席",
    },
}

PRODUCT = "支部管理"
