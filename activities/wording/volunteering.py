"""The words for volunteering."""

from __future__ import annotations

ANSWERS = {None: "待确认", True: "已确认", False: "不计入"}
TONES = {None: "warn", True: "ok", False: "bad"}
