"""Tables: what people do."""

from activities.models.activity import Activity, AgendaPart
from activities.models.attendance import Attendance

__all__ = ["Activity", "AgendaPart", "Attendance"]
