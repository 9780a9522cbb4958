"""The words for what a check comes to."""

STATES = {"OK": "符合", "DUE": "待办", "OVERDUE": "逾期", "MUTED": "不提醒"}
STATE_TONES = {"OK": "ok", "DUE": "warn", "OVERDUE": "bad", "MUTED": ""}
