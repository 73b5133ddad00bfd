"""The statements room's part of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db.models import Prefetch
from rest_framework.request import Request
from rest_framework.response import Response

from casework.cases.models import Case
from casework.core.api import CaseworkViewSet, ListMixin, RetrieveMixin
from casework.evidence.models import Item
from casework.statements import actions
from casework.statements.filters import StatementFilters
from casework.statements.models import Statement
from casework.statements.serializers import StatementChange, StatementInput, StatementSerializer

if TYPE_CHECKING:
    from casework.accounts.models import User


class StatementApi(ListMixin, RetrieveMixin, CaseworkViewSet):
    """Public statements: orders, calls, threats, approvals and denials, as said."""

    queryset = Statement.objects.all()
    serializer_class = StatementSerializer
    input_serializers = {"create": StatementInput, "partial_update": StatementChange}
    filterset_class = StatementFilters
    orderings = {"-made": ("-made_latest",), "made": ("made_latest",), "-registered": ("-registered_at",)}
    default_ordering = "-made"

    def get_queryset(self) -> Any:
        """Visible statements, each with the links that the person may see."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        user = cast("User", self.request.user)
        return rows.prefetch_related(
            Prefetch("captures", queryset=Item.objects.visible_to(user), to_attr="shown_captures"),
            Prefetch("incidents", queryset=Case.objects.visible_to(user), to_attr="shown_incidents"),
        )

    def create(self, request: Request) -> Response:
        """Register a statement."""
        return self.created(actions.register_statement(actor=cast("User", request.user), **self.validated()))

    def partial_update(self, request: Request, pk: Any = None) -> Response:
        """Correct a statement's record."""
        statement = self.get_object()
        return self.answer(
            actions.change_statement(statement, actor=cast("User", request.user), **self.validated(partial=True))
        )  # fmt: skip


routes: list[tuple[str, type, str]] = [("statements", StatementApi, "statement")]
