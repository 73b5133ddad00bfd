"""Recording and correcting figures that other issuers published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.workflow import change, lock, require_unchanged
from casework.figures.access import can_record_issuer_figure
from casework.figures.models import IssuerFigure

if TYPE_CHECKING:
    from casework.accounts.models import User


def record_issuer_figure(*, actor: User, **fields: Any) -> IssuerFigure:
    """Keep a figure as its issuer published it. Raises NotAllowed."""
    require(can_record_issuer_figure, actor, None)
    with transaction.atomic():
        figure = IssuerFigure.objects.create(recorded_by=actor, **fields)
        record(Event.ISSUER_FIGURE_RECORDED, actor=actor, obj=figure, detail={"issuer": figure.issuer})
    return figure


def change_issuer_figure(figure: IssuerFigure, *, actor: User, expected: Any = None, **values: Any) -> IssuerFigure:
    """Correct how an issuer's figure was recorded; its history keeps what stood before. Raises NotAllowed, Conflict."""
    with transaction.atomic():
        row = lock(figure)
        require(can_record_issuer_figure, actor, row)
        require_unchanged(row, expected)
        changed = change(row, values)
        if changed:
            record(Event.ISSUER_FIGURE_CHANGED, actor=actor, obj=row, detail={"changed": sorted(changed)})
    return row
