"""This room's own parts of the case page: overview, people, capture status, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casework.cases.models import Note, Perpetrator, Victim
from casework.cases.models.people import StatusAtDeath
from casework.cases.rooms import CaseRoom, Facts, Step, register

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.cases.models import Case


def people_facts(case: Case, user: User) -> Facts:
    """How many are recorded, in one query: rows, those who still lack a status or an identity, moments, notes."""
    victims = Victim.objects.filter(case=case, removed_at=None)
    facts = victims.aggregate(
        victims=Count("pk"),
        without_status=Count("pk", filter=Q(status_at_death=StatusAtDeath.UNKNOWN)),
        embargoed=Count("pk", filter=~Q(name_key="") & ~Q(kin=Victim.Kin.CONSENTS)),
    )
    facts["perpetrators"] = Perpetrator.objects.filter(case=case, removed_at=None).count()
    return facts


def people_steps(case: Case, facts: Facts) -> list[Step]:
    """Done when there is a victim and each has a status at death; started when there is any row."""
    url = reverse("cases:people", args=[case.pk])
    missing = facts["without_status"]
    if not facts["victims"]:
        state = "started" if facts["perpetrators"] else "not_started"
        return [Step(_("People"), state, url, _("Add the victims, one by one or as a group"))]
    if missing:
        note = ngettext("%(count)s without status at death", "%(count)s without status at death", missing)
        return [Step(_("People"), "started", url, note % {"count": missing})]
    return [Step(_("People"), "done", url)]


def moment_facts(case: Case, user: User) -> Facts:
    """The kinds of moments recorded."""
    return {"kinds": list(case.moments.filter(removed_at=None).values_list("kind", flat=True))}


DECIDING = frozenset({"surrender_signalled", "disarmed", "captured", "searched"})
"""Moments that show whether the victims were protected when the act happened."""


def moment_steps(case: Case, facts: Facts) -> list[Step]:
    """Done when the timeline says both how the victims came into the adversary's power and what was done to them."""
    url = reverse("cases:timeline", args=[case.pk])
    kinds = set(facts["kinds"])
    if not kinds:
        return [Step(_("Capture status"), "not_started", url, _("Surrendered, disarmed, captured, shot: in which order"))]
    whole = bool(kinds & DECIDING) and bool(kinds & {"shot", "killed_otherwise", "wounded"})
    return [Step(_("Capture status"), "done" if whole else "started", url)]


def note_facts(case: Case, user: User) -> Facts:
    """How many notes there are."""
    return {"notes": Note.objects.filter(case=case).count()}


def register_all() -> None:
    """Put the parts in their places; called once when Django is ready."""
    register(CaseRoom("overview", 0, label=_("Overview"), url_name="cases:detail"))
    register(
        CaseRoom(
            "people", 10, label=_("People"), url_name="cases:people", facts=people_facts,
            count=lambda facts: facts["victims"] + facts["perpetrators"], steps=people_steps,
        )
    )  # fmt: skip
    register(
        CaseRoom(
            "timeline", 15, label=_("Capture status"), url_name="cases:timeline", facts=moment_facts,
            count=lambda facts: len(facts["kinds"]), steps=moment_steps,
        )
    )  # fmt: skip
    register(
        CaseRoom(
            "notes", 80, label=_("Notes"), url_name="cases:notes", facts=note_facts,
            count=lambda facts: facts["notes"],
        )
    )  # fmt: skip
