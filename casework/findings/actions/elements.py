"""Judging one element of a crime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.errors import Invalid
from casework.core.text import UnstorableText, refuse_unstorable
from casework.core.workflow import change, lock
from casework.findings.access import can_assess_elements
from casework.findings.actions.proposal import require_visible
from casework.findings.elements import element_of
from casework.findings.models import ElementAssessment

if TYPE_CHECKING:
    from casework.accounts.models import User
    from casework.cases.models import Case

LONGEST_NOTE = 5000


def assess_element(
    case: Case, *, actor: User, qualification: str, element: str, standing: str, note: str = ""
) -> ElementAssessment:
    """Record where the case stands on one element: established, contested or gap, with a note.

    Raises NotFound, NotAllowed or Invalid.
    """
    require_visible(actor, case)
    with transaction.atomic():
        row = lock(case)
        require(can_assess_elements, actor, row)
        _check(qualification, element, standing, note)
        assessment, made = ElementAssessment.objects.select_for_update(of=("self",)).get_or_create(
            case=row,
            qualification=qualification,
            element=element,
            defaults={"standing": standing, "note": note.strip(), "assessed_by": actor},
        )
        values = {"standing": standing, "note": note.strip()}
        if made or any(getattr(assessment, name) != value for name, value in values.items()):
            change(assessment, {**values, "assessed_by": actor})
            record(
                Event.ELEMENT_ASSESSED,
                actor=actor,
                obj=assessment,
                detail={"qualification": qualification, "element": element, "standing": standing},
            )
    return assessment


def _check(qualification: str, element: str, standing: str, note: str) -> None:
    problems = {}
    if element_of(qualification, element) is None:
        problems["element"] = [_("There is no such element.")]
    if standing not in ElementAssessment.Standing.values:
        problems["standing"] = [_("Choose where the case stands.")]
    if len(note) > LONGEST_NOTE:
        problems["note"] = [_("Use at most %d characters.") % LONGEST_NOTE]
    try:
        refuse_unstorable(note)
    except UnstorableText as error:
        problems["note"] = [str(error)]
    if problems:
        raise Invalid(_("The element cannot be judged like this."), fields=problems)
