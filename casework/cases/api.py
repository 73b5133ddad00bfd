"""The cases room's part of the API. Granting access and break-glass are for people at the page alone."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import OuterRef, Prefetch, Subquery
from rest_framework.request import Request
from rest_framework.response import Response

from casework.accounts.models import User
from casework.cases import actions
from casework.cases.filters import CaseFilters, PartFilters, PerpetratorFilters, TaskFilters, VictimFilters
from casework.cases.models import CaptureMoment, Case, CaseAssignment, Note, Perpetrator, Tag, Task, Victim
from casework.cases.serializers import (
    AssignInput,
    CaseChange,
    CaseInput,
    CaseSerializer,
    MomentChange,
    MomentInput,
    MomentSerializer,
    NoteInput,
    NoteSerializer,
    PerpetratorChange,
    PerpetratorInput,
    PerpetratorSerializer,
    TaskChange,
    TaskInput,
    TaskSerializer,
    VictimChange,
    VictimInput,
    VictimSerializer,
)
from casework.cases.workflow import CASE_WORKFLOW, TASK_WORKFLOW
from casework.core.api import CaseworkViewSet, ListMixin, ReasonSerializer, RetrieveMixin, transition

LEAD = CaseAssignment.objects.filter(case=OuterRef("pk"), ended_at=None, part="lead").values("user_id")[:1]


class Readable(ListMixin, RetrieveMixin, CaseworkViewSet):
    """Lists and shows one kind of record, and takes changes with the version they were made from."""

    @property
    def person(self) -> User:
        """Who asks; nobody gets here without being known."""
        return cast(User, self.request.user)

    def changes(self) -> dict[str, Any]:
        """The checked input of a change, as an action takes it."""
        values = self.validated(partial=True)
        return {"expected": values.pop("expected_updated_at", None), **values}


class CaseApi(Readable):
    """Cases. Closing and reopening need a reason."""

    queryset = Case.objects.annotate(lead_id=Subquery(LEAD)).prefetch_related(
        Prefetch("tags", queryset=Tag.objects.order_by("name"))
    )
    serializer_class = CaseSerializer
    input_serializers = {"create": CaseInput, "partial_update": CaseChange}
    filterset_class = CaseFilters
    workflow = CASE_WORKFLOW
    orderings = {
        "-updated": ("-updated_at",),
        "-occurred": ("-occurred_latest",),
        "occurred": ("occurred_latest",),
        "-opened": ("-created_at",),
    }
    default_ordering = "-updated"

    def create(self, request: Request) -> Response:
        """Open a case; the person becomes its lead."""
        return self.created(actions.create_case(actor=self.person, **self.validated()))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change facts of an open case."""
        return self.answer(actions.change_case(self.get_object(), actor=self.person, **self.changes()))

    close = transition("close", actions.close_case, serializer=ReasonSerializer, output=CaseSerializer)
    reopen = transition("reopen", actions.reopen_case, serializer=ReasonSerializer, output=CaseSerializer)
    assign = transition("assign", actions.assign_person, serializer=AssignInput, output=CaseSerializer)


class VictimApi(Readable):
    """Victims of the cases one may see; `?case=` narrows to one case."""

    queryset = Victim.objects.filter(removed_at=None)
    serializer_class = VictimSerializer
    input_serializers = {"create": VictimInput, "partial_update": VictimChange}
    filterset_class = VictimFilters
    orderings = {"added": ("created_at",), "-updated": ("-updated_at",)}
    default_ordering = "added"

    def create(self, request: Request) -> Response:
        """Add a victim to an open case."""
        return self.created(actions.add_victim(actor=self.person, **self.validated()))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a victim of an open case."""
        return self.answer(actions.change_victim(self.get_object(), actor=self.person, **self.changes()))

    remove = transition("remove", actions.remove_victim, serializer=ReasonSerializer, output=VictimSerializer)


class PerpetratorApi(Readable):
    """Alleged perpetrators of the cases one may see."""

    queryset = Perpetrator.objects.filter(removed_at=None)
    serializer_class = PerpetratorSerializer
    input_serializers = {"create": PerpetratorInput, "partial_update": PerpetratorChange}
    filterset_class = PerpetratorFilters
    orderings = {"added": ("created_at",), "-updated": ("-updated_at",)}
    default_ordering = "added"

    def create(self, request: Request) -> Response:
        """Add an alleged perpetrator to an open case."""
        return self.created(actions.add_perpetrator(actor=self.person, **self.validated()))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change an alleged perpetrator of an open case."""
        return self.answer(actions.change_perpetrator(self.get_object(), actor=self.person, **self.changes()))

    remove = transition("remove", actions.remove_perpetrator, serializer=ReasonSerializer, output=PerpetratorSerializer)


class MomentApi(Readable):
    """Moments of the capture-status timeline, in their order."""

    queryset = CaptureMoment.objects.filter(removed_at=None)
    serializer_class = MomentSerializer
    input_serializers = {"create": MomentInput, "partial_update": MomentChange}
    filterset_class = PartFilters
    orderings = {"position": ("position",)}
    default_ordering = "position"

    def create(self, request: Request) -> Response:
        """Add a moment in its place, or at the end."""
        return self.created(actions.add_moment(actor=self.person, **self.validated()))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a moment, or move it."""
        return self.answer(actions.change_moment(self.get_object(), actor=self.person, **self.changes()))

    remove = transition("remove", actions.remove_moment, serializer=ReasonSerializer, output=MomentSerializer)


class NoteApi(Readable):
    """Notes. They are never changed: a correction is a new note."""

    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    input_serializers = {"create": NoteInput}
    filterset_class = PartFilters
    orderings = {"-written": ("-written_at",)}
    default_ordering = "-written"

    def create(self, request: Request) -> Response:
        """Append a note."""
        return self.created(actions.add_note(actor=self.person, **self.validated()))


class TaskApi(Readable):
    """Tasks of the cases one may see."""

    queryset = Task.objects.select_related("case")
    serializer_class = TaskSerializer
    input_serializers = {"create": TaskInput, "partial_update": TaskChange}
    filterset_class = TaskFilters
    workflow = TASK_WORKFLOW
    orderings = {"due": ("due_on",), "-updated": ("-updated_at",)}
    default_ordering = "due"

    def create(self, request: Request) -> Response:
        """Add a task to an open case."""
        return self.created(actions.add_task(actor=self.person, **self.validated()))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a task of an open case."""
        return self.answer(actions.change_task(self.get_object(), actor=self.person, **self.changes()))

    complete = transition("complete", actions.complete_task, output=TaskSerializer)
    reopen = transition("reopen", actions.reopen_task, output=TaskSerializer)


routes: list[tuple[str, type, str]] = [
    ("cases", CaseApi, "case"),
    ("victims", VictimApi, "victim"),
    ("perpetrators", PerpetratorApi, "perpetrator"),
    ("moments", MomentApi, "moment"),
    ("notes", NoteApi, "note"),
    ("tasks", TaskApi, "task"),
]
