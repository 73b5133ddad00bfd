"""Looking things up across the rooms: by reference, name, address of a post, fingerprint of a file, or words.

Every way of looking begins with the rows that the person may see; what is hidden changes no result, no count and no
order. Word searches stop at `CAP` visible rows, so that a common word costs no more than a rarer one.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib.postgres.search import SearchHeadline, SearchQuery, TrigramWordSimilarity
from django.db import connection, models
from django.db.models import ExpressionWrapper, Q
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from casework.cases.models import Case, Perpetrator, Victim
from casework.core.access import visible
from casework.core.paging import COUNT_CAP as CAP
from casework.core.paging import PAGE_SIZE, count_text
from casework.core.text import skeleton
from casework.evidence.models import EvidenceFile, Item, Post
from casework.evidence.posts import posts_at
from casework.findings.models import Finding
from casework.office.addresses import page, record_page
from casework.office.models import SearchDocument
from casework.office.querysets import SearchQuerySet
from casework.referrals.models import Referral
from casework.statements.models import Statement

if TYPE_CHECKING:
    from casework.accounts.models import User

MOST_OF_A_GROUP = 10
HEADLINE_CHARACTERS = 30_000
# Characters that no stored text shows: marks around what matched, turned into <mark> when printed.
MARK_BEGINS, MARK_ENDS = "\x02", "\x03"

LETTERS: dict[str, type[models.Model]] = {"C": Case, "E": Item, "F": Finding, "R": Referral, "S": Statement}
_ALIKE = str.maketrans("СЕ", "CE")
_REFERENCE = re.compile(r"([CEFRS]?)\s*[-–]?\s*0*(\d{1,9})")
_HEX = re.compile(r"[0-9a-f]{8,64}")
_ADDRESS = re.compile(r"tg:.+|(?:[a-z][a-z0-9+.-]*://)?(?:[\w-]+\.)+[a-z]{2,}(?:[/:?#].*)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_][\w'’ʼ]*")


@dataclass(frozen=True)
class Hit:
    """One record found: how to call it, where it is, and why it is here."""

    title: str
    url: str
    icon: str
    reference: str = ""
    why: str = ""
    snippet: tuple[tuple[str, bool], ...] = ()


@dataclass
class Group:
    """Hits of one way of looking. `more` says that not all are shown."""

    label: str
    icon: str
    hits: list[Hit]
    more: bool = False
    total: str = ""


@dataclass
class Found:
    """Everything found; `page` counts from 1 through the hits by words."""

    groups: list[Group] = field(default_factory=list)
    page: int = 1
    has_next: bool = False

    @property
    def empty(self) -> bool:
        return not any(group.hits for group in self.groups)

    @property
    def previous_page(self) -> int:
        return self.page - 1

    @property
    def next_page(self) -> int:
        return self.page + 1

    @property
    def summary(self) -> str:
        return _("Page %(number)s") % {"number": self.page}


def find(user: User, text: str, number: int = 1) -> Found:
    """What `text` leads to, for `user`. References, fingerprints and addresses are not also looked for as words."""
    sought = " ".join(unicodedata.normalize("NFKC", text).split())
    found = Found(page=number)
    if not sought or not user.is_active:
        return found
    exact = [
        group for group in (_by_reference(user, sought), _by_hash(user, sought), _by_address(user, sought)) if group
    ]
    if exact:
        found.groups = exact
        return found
    documents = SearchDocument.objects.visible_to(user).order_by()
    words, found.has_next = _by_words(documents, sought, number)
    found.groups = [group for group in (_by_name(documents, sought) if number == 1 else None, words) if group]
    return found


def _by_reference(user: User, sought: str) -> Group | None:
    match = _REFERENCE.fullmatch(sought.upper().translate(_ALIKE))
    if not match:
        return None
    letters = match[1] or "".join(LETTERS)
    hits = []
    for letter in letters:
        record = visible(LETTERS[letter], user).filter(reference=f"{letter}-{int(match[2]):05d}").first()
        if record:
            hits.append(_record_hit(record, _("Its reference")))
    return Group(_("By reference"), "hash", hits)


def _record_hit(record: Any, why: str, snippet: tuple[tuple[str, bool], ...] = ()) -> Hit:
    label = record._meta.label_lower
    icons = {"cases.case": "folder-open", "evidence.item": "paperclip", "findings.finding": "gavel",
             "referrals.referral": "send", "statements.statement": "megaphone"}  # fmt: skip
    names = {"findings.finding": _("Finding"), "referrals.referral": _("Referral"),
             "statements.statement": _("Public statement")}  # fmt: skip
    title = getattr(record, "title", "") or f"{names.get(label, '')} {record.reference}".strip()
    return Hit(title, record_page(label, record.pk), icons[label], record.reference, why, snippet)


def _by_hash(user: User, sought: str) -> Group | None:
    digits = sought.lower().replace(" ", "")
    if not _HEX.fullmatch(digits) or digits.isdigit():
        return None
    files = EvidenceFile.objects.visible_to(user).filter(
        Q(blob_id=digits) if len(digits) == 64 else Q(blob__sha256__startswith=digits)
    )
    rows = list(files.select_related("item").order_by("added_at", "id")[: MOST_OF_A_GROUP + 1])
    hits = [_record_hit(row.item, _("SHA-256 of a file: %(digits)s…") % {"digits": row.blob_id[:16]}) for row in rows]
    return Group(_("By the fingerprint of a file"), "fingerprint", *_cut(hits)) if hits or len(digits) == 64 else None


def _by_address(user: User, sought: str) -> Group | None:
    if not _ADDRESS.fullmatch(sought):
        return None
    conditions = posts_at(sought)
    for form in address_forms(sought):
        conditions |= Q(url__icontains=form)
    posts = (
        Post.objects.visible_to(user).filter(conditions).select_related("item").order_by("-item__registered_at", "pk")
    )
    hits = [
        _record_hit(post.item, _("Address of the post: %(url)s") % {"url": post.url})
        for post in posts[: MOST_OF_A_GROUP + 1]
    ]
    return Group(_("By the address of a post"), "link", *_cut(hits))


def address_forms(address: str) -> list[str]:
    """Ways in which one post's address is written, without scheme, `www.`, tracking parameters and fragment."""
    parts = urlsplit(address if "://" in address else f"https://{address}")
    host = parts.netloc.rpartition("@")[2].lower()
    for prefix in ("www.", "m.", "mobile."):
        host = host.removeprefix(prefix)
    path = parts.path.rstrip("/")
    query = "&".join(
        pair
        for pair in parts.query.split("&")
        if pair and not pair.lower().startswith(("utm_", "fbclid", "single", "s="))
    )
    ending = f"{path}?{query}" if query else path
    forms = [f"{host}{ending}"]
    if host == "t.me":
        forms.append(f"t.me{ending[2:]}" if ending.startswith("/s/") else f"t.me/s{ending}")
    return forms


def _by_name(documents: SearchQuerySet, sought: str) -> Group | None:
    """Victims and alleged perpetrators whose name may be this, in any script; near spellings when none is exact."""
    key = skeleton(sought)
    words = key.split()
    if len(key) < 3 or len(words) > 6 or any(letter.isdigit() for letter in key):
        return None
    found = ExpressionWrapper(Q(vector=_query(words)), output_field=models.BooleanField())
    rows = list(
        documents.filter(kind__in=SearchDocument.PEOPLE)
        .filter(Q(vector=_query(words)) | Q(text__trigram_word_similar=key))
        .annotate(exact=found, near=TrigramWordSimilarity(key, "text"))
        .order_by("-exact", "-near", "id")
        .defer("text", "vector", "teams")[: MOST_OF_A_GROUP + 1]
    )
    if not rows:
        return None
    exact = [row for row in rows if row.exact]
    rows, why = (exact, _("The name, whatever its script")) if exact else (rows, _("A similar name"))
    hits = list(_people(rows, why))
    return Group(_("People"), "user", *_cut(hits))


def _people(rows: Sequence[SearchDocument], why: str) -> Iterable[Hit]:
    ids = [row.object_id for row in rows]
    people: dict[uuid.UUID, Any] = {}
    for model in (Victim, Perpetrator):
        people |= {person.pk: person for person in model.objects.filter(pk__in=ids).select_related("case")}
    for row in rows:
        person = people.get(row.object_id)
        if person:
            victim = isinstance(person, Victim)
            role = _("Victim") if victim else _("Alleged perpetrator")
            name = person.full_name if victim else person.name
            yield Hit(name, page("cases:people", person.case_id), "user", person.case.reference, f"{role} · {why}",
                      ((person.case.title, False),))  # fmt: skip


def _query(words: Iterable[str]) -> SearchQuery:
    """All the words; those of four letters or more also as the beginning of a longer word, since endings change."""
    terms = []
    for word in words:
        quoted = word.replace("\\", "\\\\").replace("'", "''")
        terms.append(f"'{quoted}':*" if len(word) > 3 else f"'{quoted}'")
    return SearchQuery(" & ".join(terms), search_type="raw", config="simple")


_SHOWN = (
    "case__reference", "case__title", "item__reference", "item__title", "item__kind", "statement__reference",
)  # fmt: skip


def _by_words(documents: SearchQuerySet, sought: str, number: int) -> tuple[Group | None, bool]:
    """Cases, evidence and statements that contain every word, last changed first, and whether more pages follow."""
    words = _WORD.findall(sought)[:12]
    if not words:
        return None, False
    query = _query(words)
    ids, total = _candidates(documents, query, number)
    if not ids:
        return None, False
    rows = (
        SearchDocument.objects.filter(pk__in=ids)
        .select_related("case", "item", "statement")
        .only(*_SHOWN)
        .annotate(
            shown=SearchHeadline(
                Left("text", HEADLINE_CHARACTERS), query, config="simple", start_sel=MARK_BEGINS, stop_sel=MARK_ENDS,
                max_words=28, min_words=12, max_fragments=1,
            )
        )
    )  # fmt: skip
    by_id = {row.pk: row for row in rows}
    hits = [_text_hit(by_id[pk]) for pk in ids if pk in by_id]
    group = Group(_("By words"), "text-search", hits, total=count_text(min(total, CAP), total > CAP))
    return group, number * PAGE_SIZE < min(total, CAP)


def _candidates(documents: SearchQuerySet, query: SearchQuery, number: int) -> tuple[list[int], int]:
    """The ids of one page and how many rows were met, at most one over the cap. One statement: the visible matches are
    gathered once, then counted and sorted."""
    matching = documents.filter(kind__in=SearchDocument.TEXTS, vector=query)
    met = matching.values_list("pk", "changed_at")[: CAP + 1]
    inner, params = met.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH met (pk, changed) AS MATERIALIZED ({inner}) "  # noqa: S608  (compiled by Django; values are parameters)
            "SELECT pk, (SELECT count(*) FROM met) FROM met ORDER BY changed DESC, pk DESC LIMIT %s OFFSET %s",
            [*params, PAGE_SIZE, (number - 1) * PAGE_SIZE],
        )
        rows = cursor.fetchall()
    return [pk for pk, _total in rows], rows[0][1] if rows else 0


def _text_hit(row: Any) -> Hit:
    record = row.case or row.item or row.statement
    kinds = {"cases.case": _("Case"), "evidence.item": _("Evidence"), "statements.statement": _("Public statement")}
    kind = kinds[record._meta.label_lower]
    if row.item:
        kind = f"{kind}, {row.item.get_kind_display().lower()}"
    return _record_hit(record, kind, cut_marks(row.shown))


def cut_marks(shown: str) -> tuple[tuple[str, bool], ...]:
    """A headline as segments, each with whether it is what matched."""
    segments = []
    for index, piece in enumerate(re.split(f"[{MARK_BEGINS}{MARK_ENDS}]", shown)):
        if piece:
            segments.append((piece, index % 2 == 1))
    return tuple(segments)


def _cut(hits: list[Hit]) -> tuple[list[Hit], bool]:
    return hits[:MOST_OF_A_GROUP], len(hits) > MOST_OF_A_GROUP
