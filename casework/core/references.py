"""References such as C-00042: a letter for the kind of record and a number from a database sequence, never typed."""

from __future__ import annotations

from django.db import connection

SEQUENCES = {
    "C": "case_reference",
    "E": "item_reference",
    "F": "finding_reference",
    "I": "import_reference",
    "R": "referral_reference",
    "S": "statement_reference",
}


def next_reference(letter: str) -> str:
    """The next reference of a kind. Two records never share one; a number whose record failed to save is not reused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [SEQUENCES[letter]])
        (number,) = cursor.fetchone()
    return f"{letter}-{number:05d}"


def next_references(letter: str, count: int) -> list[str]:
    """The next `count` references of a kind, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [SEQUENCES[letter], count])
        return [f"{letter}-{number:05d}" for (number,) in cursor.fetchall()]
