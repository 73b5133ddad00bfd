"""The frozen package: its manifest, whether it still says what would be disclosed, and the archive that leaves.

`manifest.json` is the canonical form of the manifest (UTF-8 JSON, keys sorted, no spaces); its SHA-256 is the
package's. It commits to the dossier and to every copy, so that who holds the hash can check the whole.
"""

from __future__ import annotations

import datetime
import hashlib
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from casework.audit.chain import canonical
from casework.core.errors import Blocked, Conflict, IntegrityFailure
from casework.evidence import store
from casework.evidence.actions.checking import blob_is_sound
from casework.evidence.models import Blob
from casework.integrity.chains import package_proof
from casework.referrals.disclosure import DisclosedFile, Disclosure, compute_disclosure
from casework.referrals.models import Package, Referral

FORMAT = "casework-package-1"
DOSSIER_NAME = "dossier.pdf"
MANIFEST_NAME = "manifest.json"
PROOF_NAME = "proof.json"
PIECE = 1 << 20
# What is different each time a package is frozen, though nothing was changed.
OF_THE_MOMENT = ("frozen_at", "version", "dossier")


def manifest_of(
    referral: Referral, disclosure: Disclosure, *, dossier: Blob | None, version: int, frozen_at: datetime.datetime
) -> dict[str, Any]:
    """The manifest of what is disclosed, in JSON types; sizes in bytes, times UTC. Names nothing that is withheld."""
    data = disclosure.dossier
    evidence: dict[str, list[str]] = {}
    for case in data.cases:
        for item in case.evidence:
            evidence.setdefault(item.reference, []).append(case.reference)
    return {
        "format": FORMAT,
        "referral": referral.reference,
        "version": version,
        "recipient": {"code": referral.recipient.code, "name": referral.recipient.name},
        "purpose": referral.purpose,
        "supplements": data.supplements,
        "frozen_at": frozen_at.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "dossier": {"name": DOSSIER_NAME, "sha256": dossier.sha256, "size": dossier.size} if dossier else None,
        "content_sha256": hashlib.sha256(canonical(_undated(disclosure.content))).hexdigest(),
        "cases": [{"case": case, "finding": finding} for case, finding in disclosure.findings.items()],
        "evidence": [{"evidence": reference, "cases": cases} for reference, cases in evidence.items()],
        "files": [_file_line(file) for file in disclosure.files],
    }


def _file_line(file: DisclosedFile) -> dict[str, Any]:
    """One copy of evidence. A working copy names what it was made from by its hash, and what was done: who has both
    can tell that they belong together, and who has one only that there is another."""
    line: dict[str, Any] = {
        "name": f"evidence/{file.name}", "evidence": file.evidence, "sha256": file.sha256, "size": file.size,
    }  # fmt: skip
    return line | ({"made_from": file.made_from, "operation": file.operation} if file.made_from else {})


def _undated(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != "prepared_on"}


def manifest_sha256(manifest: dict[str, Any]) -> str:
    """The hash that an approval is bound to."""
    return hashlib.sha256(canonical(manifest)).hexdigest()


def changes_since_frozen(referral: Referral, package: Package) -> list[str]:
    """What would now be disclosed otherwise than in the package, in words; empty when nothing changed."""
    now = compute_disclosure(referral)
    fresh = manifest_of(referral, now, dossier=None, version=package.version, frozen_at=package.frozen_at)
    frozen = package.manifest
    reasons = []
    before = {row["case"]: row["finding"] for row in frozen["cases"]}
    for case, finding in now.findings.items():
        if case in before and before[case] != finding:
            reasons.append(
                _("%(case)s: the finding in force is now %(new)s, the package holds %(old)s.")
                % {"case": case, "new": finding or _("none"), "old": before[case] or _("none")}
            )
    reasons += now.blocked
    different = {name for name in fresh if name not in OF_THE_MOMENT and fresh[name] != frozen.get(name)}
    if different and not reasons:
        reasons.append(_("What would be disclosed is no longer what the package holds."))
    return reasons


def require_unchanged_since_frozen(referral: Referral, package: Package) -> None:
    """Raise Blocked with the reasons when the package no longer is what would be disclosed."""
    if reasons := changes_since_frozen(referral, package):
        raise Blocked(
            _("This was changed since it was frozen. Return it for changes and submit it again."),
            reasons=reasons,
            code="changed_since_frozen",
        )


def require_sound_package(package: Package) -> None:
    """Hash the dossier and every copy again, from the disk. Raises IntegrityFailure, naming the item."""
    require_sound_files(
        [(DOSSIER_NAME, package.dossier_id)]
        + [(file["evidence"], file["sha256"]) for file in package.manifest["files"]]
    )


def require_sound_files(files: list[tuple[str, str]]) -> None:
    """Hash stored files again; `files` are (what to call it, SHA-256). Raises IntegrityFailure, naming the first."""
    blobs = Blob.objects.in_bulk([sha256 for _name, sha256 in files])
    for name, sha256 in dict.fromkeys(files):
        blob = blobs.get(sha256)
        if blob is None or not blob_is_sound(blob):
            raise IntegrityFailure(
                _(
                    "A stored file of %(item)s is missing or damaged. Nothing is disclosed. Add the same file to the "
                    "item once more, or have the administrator restore it; then try again."
                )
                % {"item": name}
            )


def bound_package(referral: Referral) -> Package:
    """The package that the referral is bound to. Raises Conflict while there is none."""
    if referral.package is None:
        raise Conflict(_("There is no package yet: submit the referral first."))
    return referral.package


class _Sink:
    """A place that zipfile writes to without seeking; `take` hands on what came since."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        data, self._pieces = b"".join(self._pieces), []
        return data


def archive(package: Package) -> Iterator[bytes]:
    """The package as a ZIP, piece by piece, at constant memory; the same package gives the same bytes, but that a proof
    rides along from the first head on that saw it.

    Each file is hashed again on its way. Raises IntegrityFailure in the middle when one does not match, so that the
    receiver is left with a visibly broken transfer instead of a false file.
    """
    sink = _Sink()
    moment = package.frozen_at.astimezone(datetime.UTC)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as bundle:  # type: ignore[call-overload]
        with bundle.open(_entry(MANIFEST_NAME, moment), "w") as out:
            out.write(canonical(package.manifest))
        yield sink.take()
        for file in [package.manifest["dossier"], *package.manifest["files"]]:
            with bundle.open(_entry(file["name"], moment), "w", force_zip64=True) as out:
                for piece in _checked(file["sha256"], file["name"]):
                    out.write(piece)
                    yield sink.take()
        proof = package_proof(package.pk)
        if proof is not None:
            with bundle.open(_entry(PROOF_NAME, moment), "w") as out:
                out.write(canonical(proof))
    yield sink.take()


def _checked(sha256: str, name: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    with store.open_blob(sha256) as stored:
        while piece := stored.read(PIECE):
            digest.update(piece)
            yield piece
    if digest.hexdigest() != sha256:
        raise IntegrityFailure(_("%(name)s is damaged. The download was broken off.") % {"name": name})


def _entry(name: str, moment: datetime.datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
    entry.external_attr = 0o100400 << 16
    return entry
