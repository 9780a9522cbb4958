"""The words of the demo branch's organised life."""

from activities.rules.study import StudyList, Topic

# whose, problem, measures, days from today until the deadline, outcome ("" while open)
PROBLEMS = (
    (
        "支部班子", "联系一线班组不够经常，有的委员季度内没有到联系点。",
        "每名委员每月至少到联系班组一次，列入支委会通报。", -5, "",
    ),
    (
        "支部班子", "主题党日形式单一，青年党员参与讨论不多。",
        "每季度由一个党小组承办一次主题党日。", 12, "",
    ),
    (
        "支部班子", "党员活动室学习资料更新不及时。", "指定宣传委员按月更新。", -15,
        "已更新资料 46 份，建立按月检查台账。",
    ),
)  # fmt: skip

# title, topic, list, hours, module, summary, place of the lecturer
COURSES = (
    ("支部组织生活怎么开", Topic.WORK, StudyList.REQUIRED, "2", "党务实务",
     "三会一课、主题党日的流程、记录和常见问题。", 0),
    ("党的创新理论专题辅导", Topic.THEORY, StudyList.REQUIRED, "3", "理论武装",
     "原文研读与交流，会前发提纲。", 1),
    ("党章逐章学", Topic.CONSTITUTION, StudyList.REQUIRED, "2", "党章党规",
     "结合支部实例讲党员义务、权利和纪律。", 1),
    ("身边的纪律案例", Topic.DISCIPLINE, StudyList.REQUIRED, "1.5", "纪律教育",
     "近三年典型案例，重点讲关键岗位。", 2),
    ("矿区红色历史", Topic.HISTORY, StudyList.ELECTIVE, "2", "党史",
     "可与参观矿史陈列馆结合。", 0),
    ("当前经济形势和行业政策", Topic.POLICY, StudyList.ELECTIVE, "2", "形势政策",
     "煤炭行业政策和公司改革任务。", 1),
    ("班组长怎样做思想工作", Topic.WORK, StudyList.ADVANCED, "2", "党务实务",
     "谈心谈话的方法与案例讨论。", 0),
    ("智能化采掘新技能", Topic.SKILL, StudyList.ADVANCED, "4", "业务技能",
     "由党员技术能手现场示范。", 0),
)  # fmt: skip

# visitor, matter, days ago, answer ("" where the branch still owes one)
VISITS = (
    (
        "职工赵师傅",
        "反映澡堂热水供应时间与夜班交接不合。",
        9,
        "已与后勤科协调，夜班延长供水一小时。",
    ),
    ("职工家属", "咨询困难职工子女助学申请办法。", 4, "当场说明条件，并给了申请表。"),
    ("职工小孙", "希望调整通勤车发车时间。", 2, ""),
)

# kind, question, options, places of the right ones, why
QUESTIONS = (
    ("SINGLE", "党员大会一般多长时间召开一次？", ("每月", "每季度", "每半年", "每年"), (1,),
     "《中国共产党支部工作条例（试行）》第十一条。"),
    ("SINGLE", "预备党员的预备期为多长时间？", ("半年", "一年", "一年半", "两年"), (1,),
     "《中国共产党章程》第七条。"),
    ("MULTIPLE", "“三会一课”包括下列哪些？", ("党员大会", "支委会", "党小组会", "党课"),
     (0, 1, 2, 3), "三会是党员大会、支委会、党小组会，一课是党课。"),
    ("JUDGE", "预备党员有表决权、选举权和被选举权。", ("对", "错"), (1,),
     "《中国共产党章程》第七条：预备党员没有表决权、选举权和被选举权。"),
    ("JUDGE", "党员每年集中学习培训时间一般不少于 32 学时。", ("对", "错"), (0,),
     "《中国共产党党员教育管理工作条例》第二十条。"),
)  # fmt: skip

SELF_APPRAISALS = (
    "一年来按时参加组织生活，完成岗位任务；不足是理论学习不够系统，今后每周安排固定时间自学。",
    "带班期间坚持安全确认，帮带两名新工人；不足是和群众谈心偏少，今后每月至少联系三名职工。",
    "参加志愿服务六次，提出合理化建议两条；不足是主动承担支部工作不够，今后报名承办一次党课。",
)
