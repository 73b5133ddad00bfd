"""Figures of other issuers are public facts: known to everyone in the office."""

from casework.cases.querysets import ReferenceQuerySet


class IssuerFigureQuerySet(ReferenceQuerySet):
    """Other issuers' figures; visible to all who are signed in."""
