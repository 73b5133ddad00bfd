"""What stands in the way while a file is in quarantine, in words: which file of which item, what is wrong with it, and
how it is mended. For people who may know of the item.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from casework.core.errors import IntegrityFailure
from casework.evidence.models import Blob, EvidenceFile


def unsound_files(items: Iterable[Any]) -> list[EvidenceFile]:
    """The files of these items (or keys of items) that are in quarantine, by the item's reference. One query, which
    goes by what the last checks found and reads nothing from the store."""
    found = EvidenceFile.objects.filter(item__in=list(items)).exclude(blob__check_result=Blob.Check.MATCHES)
    return list(found.select_related("item", "blob").order_by("item__reference", "added_at", "pk"))


def obstacles(items: Iterable[Any]) -> list[str]:
    """One sentence for each file of the items that is in quarantine."""
    return [obstacle(file.item.reference, file.name, file.blob) for file in unsound_files(items)]


def obstacle(reference: str, name: str, blob: Blob) -> str:
    """What is wrong with one stored file, and what to do about it."""
    values = {"item": reference, "name": name, "hash": blob.sha256[:12]}
    if blob.check_result == Blob.Check.MISSING:
        said = _("%(item)s: the stored file “%(name)s” (SHA-256 %(hash)s…) is missing.") % values
    else:
        said = _("%(item)s: the stored file “%(name)s” (SHA-256 %(hash)s…) no longer matches its hash.") % values
    return f"{said} {how_to_mend(reference)}"


def require_served(blob: Blob) -> None:
    """Raise IntegrityFailure for what is in quarantine: nobody gets it, whoever asks and whichever part."""
    if not blob.is_sound:
        raise IntegrityFailure(
            _("The stored file no longer matches its recorded hash, so it is not given out. Tell the administrator.")
        )


def how_to_mend(reference: str) -> str:
    return _(
        "Add the same file to %(item)s once more, or have the administrator restore it from a backup and check it; "
        "then try again."
    ) % {"item": reference}
