"""What is recorded about one incident under investigation."""

from casework.cases.models.case import Case, CaseAssignment, CaseGrant
from casework.cases.models.people import Perpetrator, Victim
from casework.cases.models.progress import CaptureMoment, Note, Task
from casework.cases.models.reference import Party, Region, Tag, Unit

__all__ = [
    "CaptureMoment",
    "Case",
    "CaseAssignment",
    "CaseGrant",
    "Note",
    "Party",
    "Perpetrator",
    "Region",
    "Tag",
    "Task",
    "Unit",
    "Victim",
]
