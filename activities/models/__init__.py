"""Tables: what people do."""

from activities.models.activity import Activity, AgendaPart
from activities.models.attendance import Attendance
from activities.models.correction import ActivityCorrection

__all__ = ["Activity", "ActivityCorrection", "AgendaPart", "Attendance"]
