"""The list of cases, and the same rows as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from casework.accounts.models import Team
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.record import record
from casework.cases.access import can_create_case, can_export_cases, can_try_break_glass
from casework.cases.filters import CaseFilters
from casework.cases.models import Case, CaseAssignment, Party, Region, Tag, Victim
from casework.cases.models.reference import Country
from casework.cases.views.editing import CaseRequest
from casework.core.access import require
from casework.core.errors import Invalid
from casework.core.exports import csv_response
from casework.core.filters import active_chips
from casework.core.paging import capped_count, count_text, keyset_page

ORDERINGS = {
    "-updated": ("-updated_at",),
    "-occurred": ("-occurred_latest",),
    "occurred": ("occurred_latest",),
    "-opened": ("-created_at",),
}
DEFAULT_ORDERING = "-updated"
ORDER_LABELS = (
    ("-updated", gettext_lazy("Last changed")),
    ("-occurred", gettext_lazy("Incident, newest first")),
    ("occurred", gettext_lazy("Incident, oldest first")),
    ("-opened", gettext_lazy("Newest case")),
)
SHORT_CHOICES = ("region", "victims_party", "responsible_party", "tag", "team")


def with_lead(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The name of each case's lead, read for the rows of the page only."""
    lead = CaseAssignment.objects.filter(case=OuterRef("pk"), ended_at=None, part="lead").values("user__name")[:1]
    return rows.annotate(lead_name=Subquery(lead))


@require_GET
def case_list(request: CaseRequest) -> HttpResponse:
    """Cases that the person may see, filtered, a page at a time."""
    filters = CaseFilters(request.GET, queryset=Case.objects.visible_to(request.user), request=request)
    fill_choices(filters, request.user)
    rows = filters.rows()
    page = keyset_page(
        with_lead(rows).select_related("region"), request.GET, orderings=ORDERINGS, default=DEFAULT_ORDERING
    )
    count, capped = capped_count(rows)
    chips = active_chips(filters, request)
    context = {
        "filters": filters,
        "page": page,
        "chips": chips,
        "count": count,
        "count_words": count_text(count, capped),
        "order_labels": ORDER_LABELS,
        "may_create": can_create_case(request.user, None),
        "may_export": can_export_cases(request.user),
        "may_break_glass": can_try_break_glass(request.user),
    }
    invalid = filters.is_bound and not filters.is_valid()
    response = render(request, "cases/case_list.html", context, status=422 if invalid else 200)
    if request.htmx:
        response["HX-Push-Url"] = _short_url(request)
    return response


def _short_url(request: CaseRequest) -> str:
    """The address of this list without empty parameters, to be shared."""
    used = request.GET.copy()
    for name in [name for name in used if not any(used.getlist(name))]:
        del used[name]
    return f"{request.path}?{query}" if (query := used.urlencode()) else request.path


def fill_choices(filters: CaseFilters, user: Any) -> None:
    """Every list of choices of the filter form, by one query in place of one for each."""
    text = CharField()

    def part(kind: str, rows: QuerySet[Any], key: str, group: Any = None) -> QuerySet[Any]:
        shown = rows.order_by().annotate(kind=Value(kind, text), group=group or Value("", text))
        return shown.annotate(key=F(key)).values_list("kind", "key", "group", "name")

    teams = Team.objects.visible_to(user)
    found = (
        part("region", Region.objects.all(), "code", F("country"))
        .union(part("party", Party.objects.all(), "code"), all=True)
        .union(part("tag", Tag.objects.annotate(words=_as_text("pk")), "words"), all=True)
        .union(part("team", teams.annotate(words=_as_text("pk")), "words"), all=True)
    )
    choices: dict[str, list[tuple[str, str]]] = {}
    regions: dict[str, list[tuple[str, str]]] = {}
    for kind, key, group, name in sorted(found, key=lambda row: row[3]):
        (regions.setdefault(group, []) if kind == "region" else choices.setdefault(kind, [])).append((key, name))
    countries = dict(Country.choices)
    grouped = [
        (str(countries.get(code, code)), regions[code]) for code in sorted(regions, key=lambda c: (c != "UA", c))
    ]
    fields = filters.form.fields
    for name in SHORT_CHOICES:
        own = grouped if name == "region" else choices.get("party" if name.endswith("_party") else name, [])
        fields[name].choices = [("", fields[name].empty_label), *own]
    if len(choices.get("team", [])) < 2 and not filters.data.get("team"):
        del fields["team"]


def _as_text(name: str) -> Cast:
    return Cast(name, CharField())


HEADER = (
    "reference", "title", "state", "sensitive", "priority", "occurred_earliest", "occurred_latest", "country", "region",
    "raion", "settlement", "place_in_words", "latitude", "longitude", "uncertainty_m", "victims_party",
    "responsible_party", "victims_at_least", "victims_at_most", "learned_from", "team", "lead", "opened_at",
    "changed_at",
)  # fmt: skip


@require_GET
def case_export(request: CaseRequest) -> StreamingHttpResponse | HttpResponse:
    """The filtered list as CSV: exactly the cases the person sees, and no name of a victim."""
    require(can_export_cases, request.user, None, _("Your roles let you read cases, not export them."))
    filters = CaseFilters(request.GET, queryset=Case.objects.visible_to(request.user), request=request)
    if filters.is_bound and not filters.is_valid():
        raise Invalid(_("The list cannot be filtered like this."), fields=filters.form.errors)
    rows = with_counts(with_lead(filters.rows())).select_related("region", "team").order_by("-updated_at", "-id")
    used = sorted(name for name in request.GET if request.GET[name] != "")
    record(Event.CASES_EXPORTED, actor=request.user, detail={"filters": used})
    day = clock.today().isoformat()
    return csv_response(f"cases-{day}.csv", HEADER, _lines(rows))


def with_counts(rows: QuerySet[Case]) -> QuerySet[Case]:
    """How many victims each case counts, at least and at most."""

    def total(column: str) -> Subquery:
        victims = Victim.objects.filter(case=OuterRef("pk"), removed_at=None).order_by().values("case")
        return Subquery(victims.annotate(total=Sum(column)).values("total"), output_field=IntegerField())

    return rows.annotate(victims_at_least=total("at_least"), victims_at_most=total("at_most"))


def _lines(rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    for case in rows.iterator(chunk_size=500):
        yield (
            case.reference, case.title, case.state, case.sensitive, case.priority, case.occurred_earliest,
            case.occurred_latest, case.country, case.region.name if case.region else "", case.raion, case.settlement,
            case.place_note, case.latitude, case.longitude, case.uncertainty, case.victims_party_id,
            case.responsible_party_id, case.victims_at_least or 0, case.victims_at_most or 0, case.learned_from,
            case.team.name, case.lead_name, case.created_at, case.updated_at,
        )  # fmt: skip
