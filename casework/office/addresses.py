"""Addresses of pages in the rooms below, by the kind of record."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

DETAIL = {
    "cases.case": "cases:detail",
    "evidence.item": "evidence:detail",
    "findings.finding": "findings:detail",
    "referrals.referral": "referrals:detail",
    "statements.statement": "statements:detail",
}


def page(name: str, *args: Any) -> str:
    """The address of a page by its name."""
    return reverse(name, args=args)


def record_page(label: str, pk: Any) -> str:
    """The address of a record's own page by its model, as `cases.case`."""
    return page(DETAIL[label], pk)
