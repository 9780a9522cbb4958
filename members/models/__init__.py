"""Tables: who is on the roll."""

from members.models.event import MemberEvent
from members.models.exemption import Exemption
from members.models.member import Member, Membership
from members.models.restriction import Restriction
from members.models.roster_import import RosterImport

__all__ = ["Exemption", "Member", "MemberEvent", "Membership", "Restriction", "RosterImport"]
