"""What is kept as evidence: sources, items of each kind, files, links to cases, custody."""

from casework.evidence.models.checks import Clearance, FixityDay, Scan
from casework.evidence.models.files import Blob, CustodyEvent, EvidenceFile, FileFacts, FileText, Preview
from casework.evidence.models.items import CaveatRelease, EvidenceLink, Item, ItemOrigin
from casework.evidence.models.judgements import Assessment, CredibilityRating, GraphicMark
from casework.evidence.models.kinds import EarlierInterview, Post, PostStatus, Testimony, UnitReport, Video
from casework.evidence.models.marks import Mark
from casework.evidence.models.sources import Caveat, Source, SourceRating
from casework.evidence.models.uploads import Upload

__all__ = [
    "Assessment",
    "Blob",
    "Caveat",
    "CaveatRelease",
    "Clearance",
    "CredibilityRating",
    "CustodyEvent",
    "EarlierInterview",
    "EvidenceFile",
    "EvidenceLink",
    "FileFacts",
    "FileText",
    "FixityDay",
    "GraphicMark",
    "Item",
    "ItemOrigin",
    "Mark",
    "Post",
    "PostStatus",
    "Preview",
    "Scan",
    "Source",
    "SourceRating",
    "Testimony",
    "UnitReport",
    "Upload",
    "Video",
]
