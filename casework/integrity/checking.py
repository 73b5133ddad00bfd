"""The office's own look at its heads. It finds what happened to the chains as long as the heads themselves are sound;
that they are is for heads kept elsewhere to say, and for `casework_verify.py`."""

from __future__ import annotations

from django.db import connection

from casework.audit.models import AuditEvent
from casework.integrity import stamping
from casework.integrity.casework_verify import Bad, Head, Report, check_head_chain, read_head
from casework.integrity.exporting import head_record, heads_after

LOST_POINTS = """
SELECT p.head_id, coalesce(i.reference, p.key::text), p.position FROM integrity_headpoint p
LEFT JOIN evidence_custodyevent c ON c.item_id = p.key AND c.position = p.position
LEFT JOIN evidence_item i ON i.id = p.key
WHERE p.kind = 'custody' AND c.hash IS DISTINCT FROM p.hash ORDER BY p.head_id, 2
"""


def heads_that_do_not_hold() -> tuple[int, list[str]]:
    """The number of heads, and in words whatever does not hold of them, of what they saw and of their time-stamps."""
    problems: list[str] = []
    heads: dict[int, Head] = {}
    for row in heads_after(0):
        listed = [point.listed() for point in row.points.order_by("id")]
        try:
            heads[row.number] = read_head(head_record(row, points=listed), f"head {row.number}")
        except Bad as error:
            problems.append(str(error))
            continue
        heads[row.number].points = None
    report = Report()
    check_head_chain(heads, [], report)
    problems += [f"{each['where']}: {each['what']}" for each in report.wrong]
    problems += _lost_of_audit(heads)
    with connection.cursor() as cursor:
        cursor.execute(LOST_POINTS)
        problems += [
            f"custody of {item}: link {position} is not the one that head {number} saw"
            for number, item, position in cursor.fetchall()
        ]
    return len(heads), problems + stamping.verify_again(everything=True)


def _lost_of_audit(heads: dict[int, Head]) -> list[str]:
    wanted = {head.audit_position: head for head in heads.values() if head.audit_position}
    found = dict(AuditEvent.objects.filter(position__in=list(wanted)).values_list("position", "hash"))
    return [
        f"audit: row {position} is not the one that head {head.number} saw"
        for position, head in sorted(wanted.items())
        if bytes(found.get(position) or b"") != head.audit_hash
    ]
