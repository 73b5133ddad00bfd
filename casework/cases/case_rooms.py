"""This room's own parts of the case page: overview, people, capture status, notes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casework.cases.models import CaptureMoment, Case, Note, Perpetrator, Tag, Victim
from casework.cases.models.people import StatusAtDeath
from casework.cases.rooms import CaseRoom, Facts, Step, register, room_counts

if TYPE_CHECKING:
    from django.db.models.sql import Query

    from casework.accounts.models import User


NOBODY = {"victims": 0, "at_least": 0, "at_most": 0, "without_status": 0, "embargoed": 0, "unconsented": 0}


def case_counts(case: Case) -> dict[str, Any]:
    """What hangs on the case, counted by one query at most and kept on the object for the rest of the request.

    `victims` are rows, `at_least` and `at_most` people; `without_status`, `embargoed` and `unconsented` (named, without
    the kin's consent) are rows of victims; `perpetrator_rows`, `note_rows`, `kinds` (of moments, in their order),
    `tag_names`; and what the rooms above count.
    """
    known: dict[str, Any] | None = getattr(case, "known_counts", None)
    if known is None:
        row: Any = case if hasattr(case, "note_rows") else counted(Case.objects.only("pk")).get(pk=case.pk)
        known = {name: getattr(row, name) for name in _sub_selects() if name != "people_counts"}
        known |= row.people_counts or NOBODY
        case.known_counts = known  # type: ignore[attr-defined]
    return known


def counted(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The cases together with what `case_counts` tells of them, so that it asks no more."""
    return rows.annotate(**_sub_selects())


@cache
def _sub_selects() -> dict[str, RawSQL]:
    """The counts of this room and those above as SQL, compiled once: they speak of the case and never of who asks, and
    putting them together anew would cost every page of a case more than reading them does."""
    moments = CaptureMoment.objects.filter(case=OuterRef("pk"), removed_at=None).values("kind")
    tags = Tag.objects.filter(cases=OuterRef("pk")).values("name")
    query = Case.objects.annotate(
        people_counts=Subquery(_victims()),
        perpetrator_rows=_rows(Perpetrator.objects.filter(removed_at=None)),
        note_rows=_rows(Note.objects.all()),
        kinds=ArraySubquery(moments),
        tag_names=ArraySubquery(tags),
        **room_counts(),
    ).query
    return {name: _compiled(query, part) for name, part in query.annotations.items()}


def _compiled(query: Query, part: Any) -> RawSQL:
    sql, params = query.get_compiler(DEFAULT_DB_ALIAS).compile(part)
    return RawSQL(sql, params, output_field=part.output_field)  # noqa: S611  (compiled by Django; values are parameters)


def _victims() -> QuerySet[Victim, Any]:
    return (
        Victim.objects.filter(case=OuterRef("pk"), removed_at=None)
        .order_by()
        .values("case")
        .annotate(
            counts=JSONObject(
                victims=Count("pk"),
                at_least=Sum("at_least"),
                at_most=Sum("at_most"),
                without_status=Count("pk", filter=Q(status_at_death=StatusAtDeath.UNKNOWN)),
                embargoed=Count("pk", filter=~Q(name_key="") & ~Q(kin=Victim.Kin.CONSENTS)),
                unconsented=Count("pk", filter=~Q(surname="") & ~Q(kin=Victim.Kin.CONSENTS)),
            )
        )
        .values("counts")
    )


def _rows(parts: QuerySet[Any]) -> Coalesce:
    counted = parts.filter(case=OuterRef("pk")).order_by().values("case").annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted), 0)


def counts_facts(case: Case, user: User) -> Facts:
    """The counts of this case, as a room's facts."""
    return case_counts(case)


def people_steps(case: Case, facts: Facts) -> list[Step]:
    """Done when there is a victim and each has a status at death; started when there is any row."""
    url = reverse("cases:people", args=[case.pk])
    missing = facts["without_status"]
    if not facts["victims"]:
        state = "started" if facts["perpetrator_rows"] else "not_started"
        return [Step(_("People"), state, url, _("Add the victims, one by one or as a group"))]
    if missing:
        note = ngettext("%(count)s without status at death", "%(count)s without status at death", missing)
        return [Step(_("People"), "started", url, note % {"count": missing})]
    return [Step(_("People"), "done", url)]


DECIDING = frozenset({"surrender_signalled", "disarmed", "captured", "searched"})
"""Moments that show whether the victims were protected when the act happened."""


def moment_steps(case: Case, facts: Facts) -> list[Step]:
    """Done when the timeline says both how the victims came into the adversary's power and what was done to them."""
    url = reverse("cases:timeline", args=[case.pk])
    kinds = set(facts["kinds"])
    if not kinds:
        return [
            Step(_("Capture status"), "not_started", url, _("Surrendered, disarmed, captured, shot: in which order"))
        ]
    whole = bool(kinds & DECIDING) and bool(kinds & {"shot", "killed_otherwise", "wounded"})
    return [Step(_("Capture status"), "done" if whole else "started", url)]


def register_all() -> None:
    """Put the parts in their places; called once when Django is ready."""
    register(CaseRoom("overview", 0, label=_("Overview"), url_name="cases:detail"))
    register(
        CaseRoom(
            "people", 10, label=_("People"), url_name="cases:people", facts=counts_facts,
            count=lambda facts: facts["victims"] + facts["perpetrator_rows"], steps=people_steps,
        )
    )  # fmt: skip
    register(
        CaseRoom(
            "timeline", 15, label=_("Capture status"), url_name="cases:timeline", facts=counts_facts,
            count=lambda facts: len(facts["kinds"]), steps=moment_steps,
        )
    )  # fmt: skip
    register(
        CaseRoom(
            "notes", 80, label=_("Notes"), url_name="cases:notes", facts=counts_facts,
            count=lambda facts: facts["note_rows"],
        )
    )  # fmt: skip
