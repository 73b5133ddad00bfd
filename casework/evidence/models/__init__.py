"""What is kept as evidence: sources, items of each kind, files, links to cases, custody."""

from casework.evidence.models.files import Blob, CustodyEvent, EvidenceFile, Preview
from casework.evidence.models.items import CaveatRelease, EvidenceLink, Item
from casework.evidence.models.kinds import Post, PostStatus, Testimony, UnitReport, Video
from casework.evidence.models.sources import Caveat, Source, SourceRating
from casework.evidence.models.uploads import Upload

__all__ = [
    "Blob",
    "Caveat",
    "CaveatRelease",
    "CustodyEvent",
    "EvidenceFile",
    "EvidenceLink",
    "Item",
    "Post",
    "PostStatus",
    "Preview",
    "Source",
    "SourceRating",
    "Testimony",
    "UnitReport",
    "Upload",
    "Video",
]
