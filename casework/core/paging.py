"""Lists in pages that are as quick at the end as at the start.

A page begins after a known row (keyset), found by a row-value comparison that an index ending in the sort key answers;
nothing is skipped by counting. The same engine serves pages and the API. Totals are counted to a cap.

A cursor is opaque but no secret: it holds the sort values of a row that the reader was shown. It is validated, not
signed, because a made-up one can only point to another place in the reader's own list.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import connections, models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.formats import number_format
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from casework.core.errors import Invalid
from casework.core.text import UnstorableText, refuse_unstorable

COUNT_CAP = 10_000
PAGE_SIZE = 25
MAX_PAGE_SIZE = 200
LONGEST_CURSOR = 4096
PAGING_PARAMETERS = frozenset({"cursor", "page_size", "ordering"})


class _Row(Func):
    """ROW(a, b), compared by PostgreSQL as one value and so answered from one index."""

    function = "ROW"
    output_field = models.Field()


@dataclass(frozen=True, slots=True)
class KeysetPage:
    """One page of rows, with the cursors of its neighbours (None where there is none). Iterates over its rows."""

    rows: list[Any]
    next_cursor: str | None
    previous_cursor: str | None
    page_size: int
    ordering: str = ""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def has_next(self) -> bool:
        return self.next_cursor is not None

    @property
    def has_previous(self) -> bool:
        return self.previous_cursor is not None

    @property
    def has_other_pages(self) -> bool:
        return self.has_next or self.has_previous


def bad_cursor() -> Invalid:
    """The answer to a cursor that was damaged, made up, or belongs to a list in another order."""
    message = _("This place in the list cannot be found. Start again from the first page.")
    return Invalid(message, fields={"cursor": [message]}, code="bad_cursor")


class Keyset:
    """Pages through a queryset ordered by one or two columns and the primary key, all in one direction.

    `order` names columns or annotations of the queryset as in `order_by`, without relations. Only the first may be
    null; its empty values come last in either direction. Raises ImproperlyConfigured for an order it cannot page.
    """

    def __init__(self, queryset: QuerySet[Any], order: Sequence[str]) -> None:
        self.queryset = queryset
        names = [name.lstrip("-") for name in order]
        self.descending = order[0].startswith("-")
        if len({name.startswith("-") for name in order}) > 1 or len([n for n in names if n not in ("pk", "id")]) > 2:
            raise ImproperlyConfigured("A keyset is at most two columns and the key, all in one direction.")
        key = queryset.model._meta.pk.name
        self.names = [key if name == "pk" else name for name in names]
        if self.names[-1] != key:
            self.names.append(key)
        self.fields = [self._field(name) for name in self.names]
        if any(field.null for field in self.fields[1:]):
            raise ImproperlyConfigured("Only the first column of a keyset may be null.")
        self.nullable = bool(self.fields[0].null)

    def _field(self, name: str) -> models.Field[Any, Any]:
        annotation = self.queryset.query.annotations.get(name)
        if annotation is not None:
            return annotation.output_field
        field = self.queryset.model._meta.get_field(name)
        if not isinstance(field, models.Field):
            raise ImproperlyConfigured(f"{name} is not a column to sort by.")
        return field

    def page(self, cursor: str | None = None, *, page_size: int = PAGE_SIZE, ordering: str = "") -> KeysetPage:
        """The page at a cursor, or the first one. Raises Invalid for a cursor that does not fit this order."""
        backward, position = self._decode(cursor) if cursor else (False, None)
        rows = self._fetch(position, backward, page_size + 1)
        more = len(rows) > page_size
        rows = rows[:page_size]
        if backward:
            rows.reverse()
        after = more if not backward else True
        before = more if backward else position is not None
        return KeysetPage(
            rows=rows,
            next_cursor=self._encode(rows[-1], backward=False) if rows and after else None,
            previous_cursor=self._encode(rows[0], backward=True) if rows and before else None,
            page_size=page_size,
            ordering=ordering,
        )

    def _fetch(self, position: list[Any] | None, backward: bool, limit: int) -> list[Any]:
        """Up to `limit` rows after a position. Rows without a value in the first column are a stretch of their own."""
        rows: list[Any] = []
        for empty in self._stretches(position, backward):
            rows += self._stretch(empty, position, backward)[: limit - len(rows)]
            if len(rows) >= limit:
                break
        return rows

    def _stretches(self, position: list[Any] | None, backward: bool) -> list[bool | None]:
        if not self.nullable:
            return [None]
        if position is None:
            return [True, False] if backward else [False, True]
        at_empty = position[0] is None
        if backward:
            return [True, False] if at_empty else [False]
        return [True] if at_empty else [False, True]

    def _stretch(self, empty: bool | None, position: list[Any] | None, backward: bool) -> QuerySet[Any]:
        descending = self.descending != backward
        names, queryset = self.names, self.queryset
        if empty is not None:
            queryset = queryset.filter(**{f"{names[0]}__isnull": empty})
        if empty:
            names = names[1:]
        if position is not None and (empty is None or empty == (position[0] is None)):
            queryset = queryset.filter(self._beyond(names, position[-len(names) :], descending))
        return queryset.order_by(*(f"-{name}" if descending else name for name in names))

    def _beyond(self, names: Sequence[str], values: Sequence[Any], descending: bool) -> Q:
        fields = self.fields[-len(names) :]
        comparison = LessThan if descending else GreaterThan
        row = [Value(value, output_field=field) for value, field in zip(values, fields, strict=True)]
        return Q(comparison(_Row(*(F(name) for name in names)), _Row(*row)))

    def _encode(self, row: Any, *, backward: bool) -> str:
        read = row.__getitem__ if isinstance(row, Mapping) else lambda name: getattr(row, name)
        values = [_to_plain(read(name)) for name in self.names]
        text = json.dumps(
            ["p" if backward else "n", self._signature, *values], separators=(",", ":"), ensure_ascii=False
        )
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @property
    def _signature(self) -> str:
        return ("-" if self.descending else "") + ",".join(self.names)

    def _decode(self, cursor: str) -> tuple[bool, list[Any]]:
        if len(cursor) > LONGEST_CURSOR or not cursor.isascii():
            raise bad_cursor()
        try:
            decoded = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            content = json.loads(decoded)
        except (binascii.Error, ValueError, RecursionError) as error:
            raise bad_cursor() from error
        if not isinstance(content, list) or len(content) != len(self.names) + 2:
            raise bad_cursor()
        direction, signature, *values = content
        if direction not in ("n", "p") or signature != self._signature:
            raise bad_cursor()
        return direction == "p", [
            _from_plain(field, value, self.queryset.db) for field, value in zip(self.fields, values, strict=True)
        ]


def _to_plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    raise ImproperlyConfigured(f"A {type(value).__name__} cannot be a place in a list.")


def _from_plain(field: models.Field[Any, Any], plain: Any, using: str) -> Any:
    if plain is None and field.null:
        return None
    if not isinstance(plain, str) and not (isinstance(plain, int) and field.get_internal_type() not in _TEXTUAL):
        raise bad_cursor()
    try:
        if isinstance(plain, str):
            refuse_unstorable(plain)
        value = field.to_python(plain)
    except (ValidationError, UnstorableText, ValueError, TypeError, OverflowError) as error:
        raise bad_cursor() from error
    if value is None or not _fits(field, value, using):
        raise bad_cursor()
    return value


_TEXTUAL = {"CharField", "TextField", "SlugField", "UUIDField", "DateField", "DateTimeField", "DecimalField"}


def _fits(field: models.Field[Any, Any], value: Any, using: str) -> bool:
    """Whether the database can compare a column with this value: in range, finite, aware of its zone."""
    if isinstance(value, datetime):
        return is_aware(value) and 1 < value.year < 9999
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value.adjusted()) < 1000
    if isinstance(value, bool) or not isinstance(value, int):
        return True
    smallest, largest = connections[using].ops.integer_field_range(field.get_internal_type())
    return (smallest is None or value >= smallest) and (largest is None or value <= largest)


def capped_count(queryset: QuerySet[Any], cap: int = COUNT_CAP) -> tuple[int, bool]:
    """How many rows there are, counted no further than `cap`, and whether there are more than that."""
    found = queryset.order_by().values("pk")[: cap + 1].count()
    return min(found, cap), found > cap


def count_text(count: int, capped: bool = False) -> str:
    """'9,999' or '10,000+', in the grouping of the active language."""
    return number_format(count, force_grouping=True) + ("+" if capped else "")


def read_page_size(text: str | None, *, default: int = PAGE_SIZE, largest: int = MAX_PAGE_SIZE) -> int:
    """The page size asked for; raises Invalid unless it is a whole number from 1 to `largest`."""
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= largest:
        return int(text)
    message = _("Ask for a page of 1 to %(largest)s rows.") % {"largest": largest}
    raise Invalid(message, fields={"page_size": [message]})


def read_ordering(
    text: str | None, orderings: Mapping[str, Sequence[str]], default: str, *, parameter: str = "ordering"
) -> tuple[str, Sequence[str]]:
    """The name and columns of the order asked for, out of those a list offers; raises Invalid for any other."""
    name = text or default
    if name not in orderings:
        message = _("Unknown order. Use one of: %(known)s.") % {"known": ", ".join(orderings)}
        raise Invalid(message, fields={parameter: [message]})
    return name, orderings[name]


def keyset_page(
    queryset: QuerySet[Any],
    parameters: Mapping[str, str],
    *,
    orderings: Mapping[str, Sequence[str]],
    default: str,
    page_size: int = PAGE_SIZE,
) -> KeysetPage:
    """The page that a URL's `cursor`, `ordering` and `page_size` ask for; raises Invalid for a bad one of them.

    `orderings` maps what a URL may say to columns: {"-updated": ("-updated_at",), "title": ("title_key",)}.
    """
    name, columns = read_ordering(parameters.get("ordering"), orderings, default)
    size = read_page_size(parameters.get("page_size"), default=page_size)
    return Keyset(queryset, columns).page(parameters.get("cursor") or None, page_size=size, ordering=name)


class KeysetPagination(CursorPagination):
    """The same pages for the API. The view declares `orderings` and `default_ordering`; both default to the key."""

    page_size = 50
    max_page_size = MAX_PAGE_SIZE
    page_size_query_param = "page_size"
    cursor_query_param = "cursor"
    ordering_query_param = "ordering"

    keyset: KeysetPage
    url: str

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page asked for. Raises Invalid for a bad cursor, order or page size."""
        orderings: Mapping[str, Sequence[str]] = getattr(view, "orderings", None) or {"id": ("pk",)}
        default: str = getattr(view, "default_ordering", None) or next(iter(orderings))
        self.url = request.build_absolute_uri()
        self.keyset = keyset_page(
            queryset, request.query_params, orderings=orderings, default=default, page_size=self.page_size
        )
        return self.keyset.rows

    def get_next_link(self) -> str | None:
        """The URL of the page after this one."""
        return self._link(self.keyset.next_cursor)

    def get_previous_link(self) -> str | None:
        """The URL of the page before this one."""
        return self._link(self.keyset.previous_cursor)

    def _link(self, cursor: str | None) -> str | None:
        return replace_query_param(self.url, self.cursor_query_param, cursor) if cursor else None

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe cursor, page size and order for the API's schema."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        orderings = list(getattr(view, "orderings", None) or ())
        if orderings:
            schema = {"type": "string", "enum": orderings}
            parameters.append(
                {"name": self.ordering_query_param, "required": False, "in": "query", "schema": schema,
                 "description": _("The order of the list.")}
            )  # fmt: skip
        return parameters
