"""What one would have without casework's promises: the same rows by raw SQL or bare DRF, behind the same middleware."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from rest_framework import generics, serializers

from casework.cases.models import Case

LIST = "SELECT id, reference, title, state, settlement, occurred_earliest, occurred_latest, updated_at FROM cases_case ORDER BY updated_at DESC, id DESC LIMIT 25"  # noqa: E501


def raw_list(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute(LIST)
        return JsonResponse({"rows": cursor.fetchall()})


def raw_search(request: HttpRequest) -> JsonResponse:
    """A bare capped search of the words' GIN index: ids that match, no order, no visibility."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM office_searchdocument WHERE kind IN ('case', 'item', 'statement')"
            " AND vector @@ plainto_tsquery('simple', %s) LIMIT 10000) AS found",
            [request.GET["q"]],
        )
        return JsonResponse({"found": cursor.fetchone()[0]})


class BareCase(serializers.ModelSerializer[Case]):
    class Meta:
        model = Case
        exclude = ("tags",)
        read_only_fields = ("reference",)


class BareDetail(generics.RetrieveAPIView[Case]):
    queryset = Case.objects.all()
    serializer_class = BareCase
    parser_classes = ()


class BareCreate(generics.CreateAPIView[Case]):
    queryset = Case.objects.all()
    serializer_class = BareCase

    def perform_create(self, serializer: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('case_reference')")
            number = cursor.fetchone()[0]
        serializer.save(reference=f"X-{number}", created_by=self.request.user)


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("floor/empty/", empty),
    path("floor/list/", raw_list),
    path("floor/search/", raw_search),
    path("floor/case/<uuid:pk>/", BareDetail.as_view()),
    path("floor/create/", BareCreate.as_view()),
    path("", include("casework.urls")),
]
