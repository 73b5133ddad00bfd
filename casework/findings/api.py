"""The findings room's part of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rest_framework.request import Request
from rest_framework.response import Response

from casework.accounts.step_up import require_recent
from casework.core.api import CaseworkViewSet, ListMixin, ReasonSerializer, RetrieveMixin, transition
from casework.findings import actions
from casework.findings.filters import ElementFilters, FindingFilters
from casework.findings.models import ElementAssessment, Finding
from casework.findings.serializers import (
    ApprovalInput,
    ElementInput,
    ElementSerializer,
    FindingInput,
    FindingSerializer,
    ResubmissionInput,
    ReturnInput,
)
from casework.findings.workflow import FINDING_WORKFLOW

if TYPE_CHECKING:
    from casework.accounts.models import User


class FindingApi(ListMixin, RetrieveMixin, CaseworkViewSet):
    """Findings. A session approves after a fresh proof of identity; a token never does."""

    queryset = (
        Finding.objects.select_related("case", "returned_by")
        .prefetch_related("victim_counts", "cited__item")
        .with_damage()
    )
    serializer_class = FindingSerializer
    input_serializers = {"create": FindingInput}
    filterset_class = FindingFilters
    workflow = FINDING_WORKFLOW
    orderings = {"-proposed": ("-proposed_at",), "proposed": ("proposed_at",), "-decided": ("-decided_on",)}
    default_ordering = "-proposed"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Ask for the proof before anything is looked up, so that the answer says nothing about the finding."""
        super().initial(request, *args, **kwargs)
        if self.action == "approve":
            require_recent(request)

    def create(self, request: Request) -> Response:
        """Propose a finding."""
        values = self.validated()
        return self.created(actions.propose_finding(values.pop("case"), actor=cast("User", request.user), **values))

    approve = transition("approve", actions.approve_finding, serializer=ApprovalInput, output=FindingSerializer)
    return_ = transition("return_", actions.return_finding, serializer=ReturnInput, output=FindingSerializer)
    resubmit = transition("resubmit", actions.resubmit_finding, serializer=ResubmissionInput, output=FindingSerializer)
    withdraw = transition("withdraw", actions.withdraw_finding, serializer=ReasonSerializer, output=FindingSerializer)


class ElementApi(ListMixin, RetrieveMixin, CaseworkViewSet):
    """Assessments of elements. Creating one for an element that was judged before judges it again."""

    queryset = ElementAssessment.objects.all()
    serializer_class = ElementSerializer
    input_serializers = {"create": ElementInput}
    filterset_class = ElementFilters
    orderings = {"-updated": ("-updated_at",)}
    default_ordering = "-updated"

    def create(self, request: Request) -> Response:
        """Judge an element."""
        values = self.validated()
        return self.created(actions.assess_element(values.pop("case"), actor=cast("User", request.user), **values))


routes: list[tuple[str, type, str]] = [
    ("findings", FindingApi, "finding"),
    ("elements", ElementApi, "element"),
]
