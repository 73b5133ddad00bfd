"""The registry in pages and through the API."""

from __future__ import annotations

import pytest
from django.urls import reverse

from casework.statements.actions import register_statement
from casework.statements.models import Statement
from tests.factories import CaseFactory, ItemFactory, PartyFactory
from tests.statements.test_register_statement import said

pytestmark = pytest.mark.django_db
BACKEND = "casework.accounts.backends.CaseworkBackend"
API = "/api/v1/statements/"


@pytest.fixture
def statement(cast):  # type: ignore[no-untyped-def]
    return register_statement(actor=cast.investigator, team=cast.team, **said())


@pytest.fixture
def enter(client):  # type: ignore[no-untyped-def]
    def sign_in(user):  # type: ignore[no-untyped-def]
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


def typed(**changes):  # type: ignore[no-untyped-def]
    PartyFactory(code="RU")
    return {
        "speaker": "A deputy", "speaker_kind": "official", "party": "RU", "command": "unknown", "kind": "order",
        "made": "2024-05", "medium": "Television", "text": "Said.", "language": "Russian",
    } | changes  # fmt: skip


def test_it_registers_from_the_form(cast, enter) -> None:
    case, item = CaseFactory(team=cast.team), ItemFactory(team=cast.team)
    answer = enter(cast.investigator).post(
        reverse("statements:create"),
        typed(incidents=case.reference.lower(), captures=f"{item.reference}, {item.reference}"),
    )
    made = Statement.objects.get()
    assert answer.url == reverse("statements:detail", args=[made.pk])
    assert (made.incidents.get(), made.captures.get(), made.team) == (case, item, cast.team)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"incidents": "C-99999"}, "incidents"), ({"captures": "nonsense"}, "captures"), ({"made": "?"}, "made"),
        ({"url": "ftp://x"}, "url"), ({"text": "\x00"}, "text"), ({"party": "XX"}, "party"), ({"kind": ""}, "kind"),
    ],
)  # fmt: skip
def test_it_keeps_what_was_typed_beside_the_error(cast, enter, changes, field) -> None:
    answer = enter(cast.investigator).post(reverse("statements:create"), typed(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Statement.objects.exists()


def test_it_answers_alike_for_hidden_and_absent_cases(cast, enter) -> None:
    hidden = CaseFactory(team=cast.other_team)
    errors = []
    for name in (hidden.reference, "C-99999"):
        form = enter(cast.investigator).post(reverse("statements:create"), typed(incidents=name)).context["form"]
        errors.append(form.errors["incidents"][0].replace(name, "X"))
    assert errors[0] == errors[1]


def test_it_lists_filters_and_counts_apart(cast, statement, enter) -> None:
    register_statement(actor=cast.investigator, team=cast.team, **said(speaker_kind="military_group", kind="approval"))
    page = enter(cast.viewer).get(reverse("statements:list"))
    assert [number for _label, number in page.context["counts"]] == [1, 1, 0]
    page = enter(cast.viewer).get(reverse("statements:list") + "?kind=approval&year=2024&party=RU")
    assert [number for _label, number in page.context["counts"]] == [0, 1, 0]
    assert enter(cast.viewer).get(reverse("statements:list") + "?year=x").status_code == 422
    assert enter(cast.viewer).get(reverse("statements:list") + "?text__contains=x").status_code == 400
    assert not enter(cast.outsider).get(reverse("statements:list")).context["page"].rows


def test_it_shows_a_statement_and_only_visible_links(cast, statement, enter) -> None:
    hidden, own = CaseFactory(team=cast.other_team), CaseFactory(team=cast.team)
    statement.incidents.add(hidden, own)
    page = enter(cast.viewer).get(reverse("statements:detail", args=[statement.pk])).content.decode()
    assert own.reference in page
    assert hidden.reference not in page
    assert "never concluded from the words alone" in page
    assert enter(cast.outsider).get(reverse("statements:detail", args=[statement.pk])).status_code == 404


def test_it_is_corrected_by_investigators(cast, statement, enter) -> None:
    url = reverse("statements:change", args=[statement.pk])
    assert enter(cast.reviewer).get(url).status_code == 403
    assert enter(cast.outsider).get(url).status_code == 404
    client = enter(cast.colleague)
    seen = client.get(url).context["form"]["expected_updated_at"].value()
    assert client.post(url, typed(text="Corrected.", expected_updated_at=seen)).status_code == 302
    assert client.post(url, typed(text="Again.", expected_updated_at=seen)).status_code == 409
    statement.refresh_from_db()
    assert statement.text == "Corrected."


def test_it_answers_through_the_api(cast, statement, enter) -> None:
    case, hidden = CaseFactory(team=cast.team), CaseFactory(team=cast.other_team)
    statement.incidents.add(hidden)
    client = enter(cast.investigator)
    body = typed(team=str(cast.team.pk), incidents=[str(case.pk)], url="https://example.org/")
    made = client.post(API, body, content_type="application/json")
    assert made.status_code == 201, made.json()
    assert made.json()["incidents"] == [str(case.pk)]
    assert client.post(API, body | {"reference": "S-1"}, content_type="application/json").status_code == 400
    assert (
        client.post(API, body | {"team": str(cast.other_team.pk)}, content_type="application/json").status_code == 400
    )
    url = f"{API}{made.json()['id']}/"
    changed = client.patch(url, {"translation": "In words."}, content_type="application/json").json()
    assert (changed["translation"], changed["incidents"], changed["url"]) == (
        "In words.",
        [str(case.pk)],
        "https://example.org/",
    )
    stale = {"text": "x", "expected_updated_at": "2020-01-01T00:00:00Z"}
    assert client.patch(url, stale, content_type="application/json").status_code == 409
    listed = client.get(f"{API}?speaker_kind=official&year=2024").json()["results"]
    assert len(listed) == 2
    assert str(hidden.pk) not in str(listed)
    assert len(client.get(f"{API}?incident={case.pk}").json()["results"]) == 1
    assert client.get(f"{API}?incident={hidden.pk}").status_code == 400
    assert enter(cast.viewer).patch(url, {"text": "x"}, content_type="application/json").status_code == 403
