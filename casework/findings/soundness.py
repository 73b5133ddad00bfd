"""Whether the bytes a finding stands on are still the bytes it cites.

At approval every cited file up to 64 MiB is hashed again from the disk; a larger one stands on its last check, which
the office repeats within 90 days and before every disclosure, so that a reviewer never waits for gigabytes.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from casework.core.errors import Blocked
from casework.evidence.actions.blobs import blob_is_sound
from casework.evidence.models import Blob
from casework.findings.models import Finding

REHASHED_UP_TO = 64 * 1024 * 1024


def unsound_files(finding: Finding) -> list[str]:
    """What is wrong with the cited files, in words, one for each; empty when all are as cited. What a new check finds
    is written down with the file, so call it outside the transaction that it may refuse."""
    cited = dict(finding.cited.exclude(sha256="").values_list("sha256", "file_name"))
    blobs = Blob.objects.in_bulk(list(cited))
    return [problem for sha256, name in sorted(cited.items()) if (problem := _problem(blobs.get(sha256), name))]


def require_sound(finding: Finding) -> None:
    """Raise Blocked, naming each file, unless all cited files are as they were when they were cited."""
    if problems := unsound_files(finding):
        raise Blocked(
            _("Files that this finding stands on are not as they were. Tell the administrator."), reasons=problems
        )


def _problem(blob: Blob | None, name: str) -> str:
    if blob is None:
        return _("%(name)s is not in the store.") % {"name": name}
    if blob.check_result != Blob.Check.MATCHES:
        return _("%(name)s failed its last check: %(result)s.") % {
            "name": name,
            "result": blob.get_check_result_display(),
        }
    if blob.size <= REHASHED_UP_TO and not blob_is_sound(blob):
        return _("%(name)s no longer matches the hash it is cited with.") % {"name": name}
    return ""
