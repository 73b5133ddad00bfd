"""The shapes of cases and what hangs on them in the API: what is answered, and what is accepted."""

from casework.cases.serializers.case import AssignInput, CaseChange, CaseInput, CaseSerializer
from casework.cases.serializers.people import (
    PerpetratorChange,
    PerpetratorInput,
    PerpetratorSerializer,
    VictimChange,
    VictimInput,
    VictimSerializer,
)
from casework.cases.serializers.progress import (
    MomentChange,
    MomentInput,
    MomentSerializer,
    NoteInput,
    NoteSerializer,
    TaskChange,
    TaskInput,
    TaskSerializer,
)

__all__ = [
    "AssignInput",
    "CaseChange",
    "CaseInput",
    "CaseSerializer",
    "MomentChange",
    "MomentInput",
    "MomentSerializer",
    "NoteInput",
    "NoteSerializer",
    "PerpetratorChange",
    "PerpetratorInput",
    "PerpetratorSerializer",
    "TaskChange",
    "TaskInput",
    "TaskSerializer",
    "VictimChange",
    "VictimInput",
    "VictimSerializer",
]
