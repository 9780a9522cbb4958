"""Fixed days and series: when the next ones fall, and what has to be done before them.

Source: practices C20 (a fixed half-day a month), C24 (the 20th), C27 (the 5th, postponable to
the 15th), C09 (Wednesdays, content a month ahead), C12 (daily).
"""

from __future__ import annotations

from enum import StrEnum


class Rhythm(StrEnum):
    MONTHLY = "MONTHLY"
    WEEKLY = "WEEKLY"
    DAILY = "DAILY"
