"""This room's part of the case page: the Evidence tab, its step, and a line at the side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casework.care.models import Graphic
from casework.cases.case_rooms import case_counts
from casework.cases.rooms import CaseRoom, Facts, Step, register
from casework.evidence.models import Blob, Caveat, EvidenceFile, EvidenceLink
from casework.evidence.models.kinds import Use

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    from casework.accounts.models import User
    from casework.cases.models import Case


NOTHING = {"items": 0, "graphic": 0, "unsourced": 0, "contradicting": 0, "shared": 0, "damaged": 0}


def evidence_counts(case: Case) -> dict[str, int]:
    """How many items are linked, and of them the graphic, the unsourced, the contradicting, those that caveat and
    consent let some recipient have (`shared`), and those with a file in quarantine (`damaged`)."""
    return case_counts(case)["evidence"] or NOTHING


_SHARED = Q(item__caveat__in=[Caveat.ANY_RECIPIENT, Caveat.PUBLIC, Caveat.LISTED])
_CONSENTED = Q(item__testimony=None) | Q(
    item__testimony__consent_withdrawn_on=None, item__testimony__consent_uses__contains=[Use.REFERRAL]
)


def _counts() -> dict[str, Combinable]:
    unsound = Blob.objects.unsound().values("sha256")
    in_quarantine = EvidenceFile.objects.filter(item=OuterRef("item"), blob__in=unsound)
    counted = (
        EvidenceLink.objects.present()
        .filter(case=OuterRef("pk"))
        .order_by()
        .values("case")
        .annotate(
            counts=JSONObject(
                items=Count("pk"),
                graphic=Count("pk", filter=Q(item__graphic__gte=Graphic.INJURY)),
                unsourced=Count("pk", filter=Q(item__source=None)),
                contradicting=Count("pk", filter=Q(bearing=EvidenceLink.Bearing.CONTRADICTS)),
                shared=Count("pk", filter=_SHARED & _CONSENTED),
                damaged=Count("pk", filter=Exists(in_quarantine)),
            )
        )
        .values("counts")
    )
    return {"evidence": Subquery(counted)}


def evidence_facts(case: Case, user: User) -> Facts:
    """How much is linked, and what of it calls for something."""
    counts = evidence_counts(case)
    url = reverse("evidence:case_evidence", args=[case.pk])
    return {**counts, "held_back": counts["items"] - counts["shared"], "url": url}


def evidence_steps(case: Case, facts: Facts) -> list[Step]:
    """Done when something is linked and every item names its source."""
    if not facts["items"]:
        note = _("Add the video, report or post the case began with")
        return [Step(_("Evidence"), "not_started", facts["url"], note)]
    if facts["unsourced"]:
        unsourced = _("%(count)s without a source") % {"count": facts["unsourced"]}
        return [Step(_("Evidence"), "started", facts["url"], unsourced)]
    return [Step(_("Evidence"), "done", facts["url"])]


def register_room() -> None:
    """Put the room on every case page."""
    register(
        CaseRoom(
            key="evidence",
            order=30,
            label=_("Evidence"),
            url_name="evidence:case_evidence",
            counts=_counts,
            facts=evidence_facts,
            count=lambda facts: facts["items"],
            steps=evidence_steps,
            head_template="evidence/parts/_case_head.html",
            aside_template="evidence/parts/_case_aside.html",
        )
    )
