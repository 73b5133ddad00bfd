"""Every list of the API, as the router names them: what it may be asked, and a 400 that names whatever it may not."""

from __future__ import annotations

from typing import Any

import pytest

from casework.api_urls import router
from casework.core.paging import MAX_PAGE_SIZE

pytestmark = pytest.mark.django_db
LISTS = {prefix: viewset for prefix, viewset, _basename in router.registry if hasattr(viewset, "list")}
PAGED = sorted(prefix for prefix in LISTS if prefix != "figures")

# Relations that a careless filter or order would follow, and look-ups on them.
SPANNING = (
    "case__team", "case__team__name", "case__title__startswith", "team__name", "item__title__contains",
    "created_by__email", "created_by__password__startswith", "id__in", "pk", "title__regex", "source__name",
    "links__case__sensitive", "recipient__name", "state__ne",
)  # fmt: skip
UNKNOWN = ("nonsense", "limit", "offset", "format", "fields", "q[]", "or", "Page_size", "")
ORDERS = ("nonsense", "-case__team__name", "created_by__password", "?", "pk", "-pk", "id,title", "updated ", "random()")
SIZES = ("0", "-1", f"{MAX_PAGE_SIZE + 1}", "1000000", "9" * 400, "ten", "1.5", "1e2", "NaN", "٣٣x")
CURSORS = ("x", "A" * 4000, "MQ==", "../..", "%00")


@pytest.fixture
def ask(person: Any) -> Any:
    def asked(prefix: str, **parameters: str) -> Any:
        return person("investigator").get(f"/api/v1/{prefix}/", parameters)

    return asked


def names(answer: Any, parameter: str) -> bool:
    """Whether it is refused with a 400 that says which parameter is at fault."""
    return answer.status_code == 400 and parameter in answer.json()["fields"]


def test_the_router_has_lists() -> None:
    assert {"cases", "evidence", "findings", "statements", "referrals"} <= set(PAGED)


@pytest.mark.parametrize("prefix", sorted(LISTS))
def test_it_refuses_filters_that_span_relations_or_are_unknown(ask: Any, prefix: str) -> None:
    wrong = [name for name in (*SPANNING, *UNKNOWN) if not names(ask(prefix, **{name: "1"}), name)]
    assert wrong == []


@pytest.mark.parametrize("prefix", PAGED)
def test_it_offers_only_orders_of_its_own(ask: Any, prefix: str) -> None:
    assert [order for order in ORDERS if not names(ask(prefix, ordering=order), "ordering")] == []
    for order in LISTS[prefix].orderings:
        assert ask(prefix, ordering=order).status_code == 200
        assert not any("__" in column for column in LISTS[prefix].orderings[order])


@pytest.mark.parametrize("prefix", PAGED)
def test_it_refuses_absurd_page_sizes_and_cursors(ask: Any, prefix: str) -> None:
    assert [size for size in SIZES if not names(ask(prefix, page_size=size), "page_size")] == []
    assert [cursor for cursor in CURSORS if not names(ask(prefix, cursor=cursor), "cursor")] == []
    assert ask(prefix, page_size=str(MAX_PAGE_SIZE)).status_code == 200


@pytest.mark.parametrize("prefix", PAGED)
def test_its_filters_are_plain_columns_or_objects_that_the_asker_sees(prefix: str) -> None:
    filters = getattr(getattr(LISTS[prefix], "filterset_class", None), "base_filters", {})
    assert [name for name in filters if "__" in name] == []
