"""Whether what a referral discloses may leave as it lies in the store: nothing in quarantine, no malware that nobody
released.

What is chosen for the recipient stands in the way; evidence that only the finding cites does not, because who prepares
the referral cannot leave it out: of that a caution tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.core.errors import Blocked
from casework.evidence import malware, quarantine
from casework.evidence.models import Item
from casework.findings.models import CitedEvidence
from casework.referrals.disclosure import Disclosure
from casework.referrals.models import Package, Referral

if TYPE_CHECKING:
    from collections.abc import Iterable


def obstacles_of(disclosure: Disclosure) -> list[str]:
    """What keeps this from being frozen, in words. Two queries; nothing is read from the store."""
    references = {item.reference for case in disclosure.dossier.cases for item in case.evidence}
    return _obstacles(references, [(file.evidence, file.sha256) for file in disclosure.files])


def obstacles_of_package(package: Package) -> list[str]:
    """What keeps the frozen package from being approved, taken out or recorded as sent, in words."""
    manifest = package.manifest
    references = {row["evidence"] for row in manifest["evidence"]}
    return _obstacles(references, [(file["evidence"], file["sha256"]) for file in manifest["files"]])


def require_free(reasons: list[str]) -> None:
    """Raise Blocked with the reasons, if there are any."""
    if reasons:
        raise Blocked(
            _("Some of what this referral discloses may not leave the office as it is. Nothing was changed."),
            reasons=reasons,
            code="quarantine",
        )


def cautions_of(referral: Referral) -> list[str]:
    """Findings told of here that stand on a file in quarantine, in words. Two queries at most."""
    findings = list(referral.cases.exclude(finding=None).values_list("finding_id", "finding__reference"))
    cited = CitedEvidence.objects.filter(finding__in=[key for key, _reference in findings]).values("item")
    damaged = [file.item_id for file in quarantine.unsound_files(row["item"] for row in cited)] if findings else []
    if not damaged:
        return []
    told = CitedEvidence.objects.filter(item__in=damaged, finding__in=[key for key, _reference in findings])
    names = told.order_by("finding__reference").values_list("finding__reference", "item__reference").distinct()
    return [
        _("%(finding)s stands on %(item)s, of which a file is damaged or missing.") % {"finding": finding, "item": item}
        for finding, item in names
    ]


def _obstacles(references: Iterable[str], files: list[tuple[str, str]]) -> list[str]:
    items = Item.objects.filter(reference__in=sorted(references)).values("pk")
    found = quarantine.obstacles(row["pk"] for row in items)
    return found + [malware.obstacle(file) for file in malware.uncleared(files)]
