"""Whether the bytes a finding stands on are still the bytes it cites.

At approval every cited file up to 64 MiB is hashed again from the disk; a larger one stands on its last check, which
the office repeats within 90 days and before every disclosure, so that a reviewer never waits for gigabytes. A proposal
goes by the last checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from casework.core.errors import Blocked
from casework.evidence.actions.checking import blob_is_sound
from casework.evidence.models import Blob, EvidenceLink
from casework.evidence.quarantine import how_to_mend, obstacle, obstacles
from casework.findings.models import CitedEvidence, Finding

REHASHED_UP_TO = 64 * 1024 * 1024


def damaged_citations(finding: Finding) -> list[CitedEvidence]:
    """The cited files that are in quarantine, or gone from the records, by what their last checks found. One query."""
    sound = Blob.objects.filter(check_result=Blob.Check.MATCHES).values("sha256")
    cited = finding.cited.exclude(sha256="").exclude(sha256__in=sound)
    return list(cited.select_related("item").order_by("item__reference", "id"))


def known_damage(finding: Finding) -> list[str]:
    """What is known to be wrong with the cited files, in words; reads nothing from the store. Two queries at most."""
    cited = damaged_citations(finding)
    blobs = Blob.objects.in_bulk([row.sha256 for row in cited]) if cited else {}
    return [_words(row, blobs.get(row.sha256)) for row in cited]


def unsound_files(finding: Finding) -> list[str]:
    """What is wrong with the cited files, in words, one for each; empty when all are as cited. What a new check finds
    is written down with the file, so call it outside the transaction that it may refuse."""
    cited = finding.cited.exclude(sha256="").select_related("item").order_by("item__reference", "id")
    blobs = Blob.objects.in_bulk([row.sha256 for row in cited])
    bad = {sha256 for sha256, blob in sorted(blobs.items()) if not _is_sound(blob)}
    return [_words(row, blobs.get(row.sha256)) for row in cited if row.sha256 in bad or row.sha256 not in blobs]


def require_sound(finding: Finding) -> None:
    """Raise Blocked, naming each file and how it is mended, unless all cited files are as they were when cited."""
    if problems := unsound_files(finding):
        raise Blocked(_("Files that this finding stands on are not as they were."), reasons=problems, code="quarantine")


def require_sound_links(links: Iterable[EvidenceLink]) -> None:
    """Raise Blocked, naming each file and how it is mended, when evidence to be cited is in quarantine."""
    keys: list[Any] = [link.item_id for link in links]
    if problems := obstacles(keys):
        raise Blocked(
            _("Files that this finding would stand on are damaged. Nothing was proposed."),
            reasons=problems,
            code="quarantine",
        )


def _is_sound(blob: Blob) -> bool:
    return blob.is_sound and (blob.size > REHASHED_UP_TO or blob_is_sound(blob))


def _words(cited: CitedEvidence, blob: Blob | None) -> str:
    if blob is not None:
        return obstacle(cited.item.reference, cited.file_name, blob)
    gone = _("%(item)s: the file “%(name)s” is not in the store.")
    return f"{gone % {'item': cited.item.reference, 'name': cited.file_name}} {how_to_mend(cited.item.reference)}"
