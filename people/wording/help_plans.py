"""The words for “2+1”帮教."""

from people.rules.help_plans import HelpOutcome

OUTCOMES = {
    HelpOutcome.BACK: "转化合格，恢复正常管理",
    HelpOutcome.URGED: "建议劝退，提交党员大会研究",
    HelpOutcome.REMOVAL: "建议除名，提交党员大会研究",
}
