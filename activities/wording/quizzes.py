"""The words for quizzes."""

from activities.rules.quizzes import QuestionKind

QUESTIONS = {
    QuestionKind.SINGLE: "单选题",
    QuestionKind.MULTIPLE: "多选题",
    QuestionKind.JUDGE: "判断题",
}
