"""Tables: where (tree), who may (accounts, posts), what happened, what waits."""

from branches.models.audit_entry import AuditEntry
from branches.models.calendar_day import CalendarDay
from branches.models.document import Document
from branches.models.job import Job
from branches.models.notice import Notice
from branches.models.organization import Organization
from branches.models.post import Post
from branches.models.regulation import Regulation, RegulationAdjustment
from branches.models.reminder import Delivery, ReminderPreference, Webhook
from branches.models.term import Term
from branches.models.user import User

__all__ = [
    "AuditEntry",
    "CalendarDay",
    "Delivery",
    "Document",
    "Job",
    "Notice",
    "Organization",
    "Post",
    "Regulation",
    "RegulationAdjustment",
    "ReminderPreference",
    "Term",
    "User",
    "Webhook",
]
