"""The words for decisions and elections."""

from activities.rules.votes import DecisionKind, ExemptionGround, Method

DECISIONS = {
    DecisionKind.ORDINARY: "一般事项",
    DecisionKind.ADMISSION: "接收预备党员",
    DecisionKind.REGULARISATION: "预备党员转正",
    DecisionKind.EXTENSION: "延长预备期",
    DecisionKind.CANCELLATION: "取消预备党员资格",
    DecisionKind.PRAISE: "表彰党员",
    DecisionKind.DISCIPLINE: "处分党员",
    DecisionKind.DISPOSAL: "处置不合格党员",
}

METHODS = {Method.SHOW_OF_HANDS: "举手表决", Method.BALLOT: "无记名投票"}

GROUNDS = {
    ExemptionGround.UNABLE: "患有精神病或其他疾病，不能表达本人意志",
    ExemptionGround.ABROAD: "出国半年以上",
    ExemptionGround.SERVING: "虽未受留党察看以上处分，但正在服刑",
    ExemptionGround.BEDRIDDEN: "年老体弱卧床不起或长期生病、生活不能自理",
    ExemptionGround.POSTED: "外出工作或学习半年以上，应转未转组织关系",
    ExemptionGround.RETIRED_AWAY: "离退休回原籍居住，未转组织关系",
}
