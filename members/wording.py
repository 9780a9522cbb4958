"""The words on the screen for the codes in the tables."""

from members.rules.status import (
    Education,
    EventKind,
    ExemptionReason,
    MemberStatus,
    RestrictionGround,
    Sex,
)

STATUSES = {
    MemberStatus.FULL: "正式党员",
    MemberStatus.PROBATIONARY: "预备党员",
    MemberStatus.SUSPENDED: "停止党籍",
    MemberStatus.LEFT: "已离开",
}

SEXES = {Sex.MALE: "男", Sex.FEMALE: "女"}

EDUCATIONS = {
    Education.JUNIOR: "初中及以下",
    Education.SENIOR: "高中、中专",
    Education.COLLEGE: "大专",
    Education.BACHELOR: "本科",
    Education.MASTER: "研究生",
    Education.DOCTOR: "博士研究生",
}

EXEMPTIONS = {
    ExemptionReason.ILL: "年老体弱、重病",
    ExemptionReason.AWAY: "长期外出流动",
}

RESTRICTIONS = {
    RestrictionGround.PROBATION: "留党察看",
    RestrictionGround.DETAINED: "留置、逮捕等暂停党员权利",
}

EVENTS = {
    EventKind.APPLIED: "递交入党申请书",
    EventKind.ACTIVIST: "确定为入党积极分子",
    EventKind.ADMITTED: "接收为预备党员",
    EventKind.REGULARISED: "转为正式党员",
    EventKind.MOVED_IN: "转入",
    EventKind.MOVED: "调整支部、小组",
    EventKind.MOVED_OUT: "转出",
    EventKind.HONOURED: "受表彰",
    EventKind.DISCIPLINED: "受处分",
    EventKind.SUSPENDED: "停止党籍",
    EventKind.EXPELLED: "出党",
    EventKind.DIED: "去世",
    EventKind.NOTE: "记事",
}

# How a membership ends, and the standing it leaves behind.
LEAVINGS = {
    EventKind.MOVED_OUT: "转出（组织关系转往其他党组织）",
    EventKind.EXPELLED: "出党（除名、退党、开除党籍）",
    EventKind.DIED: "去世",
    EventKind.SUSPENDED: "停止党籍",
}

# Why somebody looks at a masked value; kept in the audit.
UNMASKING_REASONS = {
    "VERIFY": "核对身份信息",
    "TRANSFER": "办理组织关系",
    "CONTACT": "联系本人",
    "REPORT": "填报上级材料",
}
