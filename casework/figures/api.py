"""The figures room's part of the API."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from casework.accounts.models import User
from casework.audit import clock
from casework.core.access import require
from casework.core.api import CaseworkViewSet, ListMixin, RetrieveMixin
from casework.core.errors import Invalid
from casework.figures.access import can_read_figures, counts_whole_office
from casework.figures.actions import change_issuer_figure, record_issuer_figure
from casework.figures.counting import Unit, count_figure
from casework.figures.forms import FigureForm
from casework.figures.models import IssuerFigure
from casework.figures.serializers import FigureSerializer, IssuerFigureInput, IssuerFigureSerializer

PARAMETERS = [
    "unit", "from", "to", "as_of", "victims_party", "responsible_party", "conclusion", "standard", "status", "region",
]  # fmt: skip


class FigureApi(CaseworkViewSet):
    """GET counts: `?unit=persons&from=2024-09-01&as_of=2025-02-03&victims_party=UA`."""

    queryset = IssuerFigure.objects.none()
    serializer_class = FigureSerializer
    filter_backends: Any = ()
    extra_parameters = {"list": frozenset(PARAMETERS)}

    @extend_schema(
        parameters=[OpenApiParameter(name, str, required=False) for name in PARAMETERS],
        responses=FigureSerializer(many=False),
        operation_id="figures_count",
    )
    def list(self, request: Request) -> Response:
        """Count what the person may see."""
        require(can_read_figures, request.user, None)
        given = request.query_params.dict()
        asked = {"unit": Unit.PERSONS, "as_of": clock.today().isoformat(), **given}
        asked["incident_from"], asked["incident_to"] = asked.pop("from", ""), asked.pop("to", "")
        form = FigureForm(asked)
        if not form.is_valid():
            renamed = {"incident_from": "from", "incident_to": "to"}
            fields = {renamed.get(name, name): [str(e) for e in errors] for name, errors in form.errors.items()}
            raise Invalid("This figure cannot be counted as asked.", fields=fields)
        person = cast(User, request.user)
        user = None if counts_whole_office(person) else person
        return Response(FigureSerializer(count_figure(form.query(), user)).data)


class IssuerFigureApi(ListMixin, RetrieveMixin, CaseworkViewSet):
    """Figures that other issuers published, verbatim."""

    queryset = IssuerFigure.objects.all()
    serializer_class = IssuerFigureSerializer
    input_serializers = {"create": IssuerFigureInput, "partial_update": IssuerFigureInput}
    orderings = {"-published": ("-published_on",), "published": ("published_on",)}
    default_ordering = "-published"

    def create(self, request: Request) -> Response:
        """Record another issuer's figure."""
        return self.created(record_issuer_figure(actor=cast(User, request.user), **self._values()))

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Correct how another issuer's figure was recorded."""
        values = self._values(partial=True)
        expected = values.pop("expected_updated_at", None)
        actor = cast(User, request.user)
        return self.answer(change_issuer_figure(self.get_object(), actor=actor, expected=expected, **values))

    def _values(self, *, partial: bool = False) -> dict[str, Any]:
        values = dict(self.validated(partial=partial))
        if "period" in values:
            period = values.pop("period")
            values |= {"period_earliest": period.earliest, "period_latest": period.latest}
        return values


routes: list[tuple[str, type, str]] = [
    ("figures", FigureApi, "figure"),
    ("issuer-figures", IssuerFigureApi, "issuer-figure"),
]
