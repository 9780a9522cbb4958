"""The words for quizzes."""

from activities.rules.quiz_text import LineFault, Mistake
from activities.rules.quizzes import MOST_QUESTIONS, Fault, QuestionKind, QuizState

QUESTIONS = {
    QuestionKind.SINGLE: "单选题",
    QuestionKind.MULTIPLE: "多选题",
    QuestionKind.JUDGE: "判断题",
}

STATES = {
    QuizState.DRAFT: "未发布",
    QuizState.COMING: "未开始",
    QuizState.OPEN: "进行中",
    QuizState.OVER: "已截止",
}

TONES = {
    QuizState.DRAFT: "warn",
    QuizState.COMING: "",
    QuizState.OPEN: "ok",
    QuizState.OVER: "",
}

FAULTS = {
    Fault.TEXT: "没有题目，题目要写在选项前面。",
    Fault.FEW_OPTIONS: "选项至少 2 个。",
    Fault.MANY_OPTIONS: "选项最多 8 个（A 到 H）。",
    Fault.SAME_OPTIONS: "有两个选项一样。",
    Fault.NO_ANSWER: "没有答案，请加一行“答案：B”。",
    Fault.ONE_ANSWER: "单选题和判断题只有一个答案。",
    Fault.TWO_ANSWERS: "多选题至少两个答案；只有一个的，请改成单选题。",
    Fault.NO_SUCH_OPTION: "答案里有题目没有的选项。",
    Fault.POINTS: "分值要大于 0，最多 100。",
    LineFault.ORDER: "选项要从 A 起按顺序写，一行一个，如“A. 每月”；题目写成一行。",
    LineFault.ANSWER: "答案写成“B”“ABD”“对”或“错”。",
    LineFault.POINTS: "分值写成数字，如“分值：2”。",
    LineFault.TOO_MANY: f"一次测验最多 {MOST_QUESTIONS} 题。",
    LineFault.LONG: "题目最多 500 个字，每个选项最多 200 个字。",
}


def mistake_words(mistake: Mistake) -> str:
    return f"第 {mistake.line} 行：{FAULTS[mistake.fault]}"
