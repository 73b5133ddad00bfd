"""Findings and their parts, as far as the case they are about is visible."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

from casework.cases.querysets import visible_case
from casework.evidence.models import Blob

if TYPE_CHECKING:
    from casework.accounts.models import User


class FindingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> FindingQuerySet:
        return self.filter(visible_case(user, "case__"))

    def in_force(self, day: datetime.date) -> FindingQuerySet:
        """The findings in force on `day`; at most one for each case."""
        return self.filter(in_force__contains=day)

    def with_damage(self) -> FindingQuerySet:
        """Each with `evidence_damaged`: whether a file that it cites is in quarantine."""
        cited = apps.get_model("findings", "CitedEvidence").objects.filter(finding=OuterRef("pk"))
        unsound = Blob.objects.unsound().values("sha256")
        return self.annotate(evidence_damaged=Exists(cited.filter(sha256__in=unsound)))

    def undecided(self) -> FindingQuerySet:
        """Proposed, or returned for changes."""
        return self.filter(state__in=["proposed", "returned"])

    def waiting(self) -> FindingQuerySet:
        """Proposed and not yet decided, oldest first."""
        return self.filter(state="proposed").order_by("proposed_at", "id")


class FindingPartQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> FindingPartQuerySet:
        return self.filter(visible_case(user, "finding__case__"))


class CasePartQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> CasePartQuerySet:
        return self.filter(visible_case(user, "case__"))
