"""A figure is exactly what its definition says, on the day it says."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.cases.models import Party
from casework.figures.counting import FigureQuery, by_month, count_figure, total_figure
from tests.factories import CaseAssignment, CaseFactory

pytestmark = pytest.mark.django_db
D = datetime.date.fromisoformat
BACKEND = "casework.accounts.backends.CaseworkBackend"


def query(unit: str = "persons", as_of: str = "2025-02-03", **limits: object) -> FigureQuery:
    return FigureQuery(unit=unit, as_of=D(as_of), **limits)  # type: ignore[arg-type]


def test_it_counts_persons_and_incidents_apart(decided: Callable) -> None:
    decided("2024-10-05", 3, "2024-11-01")
    decided("2024-12-05", 4, "2025-01-10")
    assert count_figure(query()).value == 7
    assert count_figure(query()).at_most == 9
    assert count_figure(query("incidents")).value == 2


def test_it_counts_as_of_a_day(decided: Callable) -> None:
    decided("2024-10-05", 3, "2024-11-01")
    assert count_figure(query(as_of="2024-10-31")).value == 0
    assert count_figure(query(as_of="2024-11-01")).value == 3


def test_a_superseded_finding_counts_until_the_day_it_was_superseded(decided: Callable) -> None:
    first = decided("2024-10-05", 3, "2024-11-01", until="2024-12-10")
    decided("2024-10-05", 5, "2024-12-10", case=first.case)
    assert count_figure(query(as_of="2024-12-09")).value == 3
    assert count_figure(query(as_of="2024-12-10")).value == 5
    assert count_figure(query("incidents", as_of="2024-12-10")).value == 1


@pytest.mark.parametrize(
    ("dates", "counts", "straddling"),
    [
        ("2024-01-01", 1, 0),
        ("2024-12-31", 1, 0),
        ("2024-10-01/2024-10-31", 1, 0),
        ("2023-12-31/2024-01-02", 0, 1),
        ("2024-12-30/2025-01-02", 0, 1),
        ("2023-12-31", 0, 0),
        ("2025-01-01", 0, 0),
    ],
)
def test_an_incident_counts_when_its_whole_range_lies_inside(
    dates: str, counts: int, straddling: int, decided: Callable
) -> None:
    decided(dates, 1, "2025-02-01")
    figure = count_figure(query(incident_from=D("2024-01-01"), incident_to=D("2024-12-31")))
    assert (figure.value, figure.straddling) == (counts, straddling)


def test_it_narrows_by_party_status_conclusion_and_standard(decided: Callable) -> None:
    decided("2024-10-05", 3, "2024-11-01", status="surrendering")
    decided("2024-07-05", 1, "2024-11-01", victims="RU", status="hors_de_combat")
    decided("2024-08-05", 2, "2024-11-01", conclusion="likely")
    decided("2024-08-06", 6, "2024-11-01", standard=1)
    ukraine = Party.objects.get(code="UA")
    assert count_figure(query(victims_party=ukraine)).value == 3
    assert count_figure(query(responsible_party=ukraine)).value == 1
    assert count_figure(query(status="surrendering")).value == 3
    assert count_figure(query(status="captured")).value == 0
    assert count_figure(query(conclusions=("likely",))).value == 2
    assert count_figure(query(standard=1)).value == 10


def test_it_counts_what_the_reader_may_see(decided: Callable, cast) -> None:  # type: ignore[no-untyped-def]
    decided("2024-10-05", 3, "2024-11-01")
    decided("2024-10-06", 4, "2024-11-01", team=cast.other_team)
    hidden = CaseFactory(team=cast.team, sensitive=True, created_by=cast.investigator)
    decided("2024-10-07", 5, "2024-11-01", case=hidden)
    assert count_figure(query(), cast.viewer).value == 3
    assert count_figure(query(), cast.outsider).value == 4
    assert count_figure(query()).value == 12
    CaseAssignment.objects.create(case=hidden, user=cast.viewer, assigned_by=cast.investigator)
    assert count_figure(query(), cast.viewer).value == 8


def test_the_number_alone_equals_the_figure(decided: Callable, cast) -> None:  # type: ignore[no-untyped-def]
    decided("2024-10-05", 3, "2024-11-01", status="surrendering")
    decided("2024-12-30/2025-01-02", 4, "2025-01-10")
    decided("2024-10-06", 5, "2024-11-01", team=cast.other_team)
    decided("2024-10-07", 6, "2024-11-01", victims="RU")
    limits: list[dict[str, object]] = [
        {}, {"status": "captured"}, {"status": "surrendering"}, {"incident_to": D("2024-12-31")},
        {"incident_from": D("2024-10-06")}, {"victims_party": Party.objects.get(code="RU")}, {"as_of": "2024-12-01"},
        {"as_of": "2020-01-01"},
    ]  # fmt: skip
    for unit in ("persons", "incidents"):
        for limit in limits:
            for user in (None, cast.viewer, cast.outsider):
                asked = query(unit, **limit)  # type: ignore[arg-type]
                figure, total = count_figure(asked, user), total_figure(asked, user)
                assert (total.value, total.at_most) == (figure.value, figure.at_most), (asked, user)


def test_the_number_alone_takes_one_query(decided: Callable, cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    decided("2024-10-05", 3, "2024-11-01")
    for unit in ("persons", "incidents"):
        asked = query(unit)
        cast.viewer.roles  # noqa: B018  (read once a request, before)
        with django_assert_num_queries(1):
            assert total_figure(asked, cast.viewer).value == (3 if unit == "persons" else 1)


def test_the_page_shows_the_first_cases_and_says_how_many_more(  # type: ignore[no-untyped-def]
    decided: Callable, cast, client: Client, monkeypatch
) -> None:
    for day in range(1, 4):
        decided(f"2024-11-{day:02d}", 1, "2025-01-01")
    monkeypatch.setattr("casework.figures.views.MOST_SHOWN", 2)
    client.force_login(cast.viewer, backend=BACKEND)
    page = client.get("/figures/")
    assert len(page.context["shown"]) == 2
    assert "1 more case is counted" in page.text
    assert page.context["companion"].value == 3


def test_its_definition_names_every_limit(decided: Callable) -> None:
    decided("2024-10-05", 3, "2024-11-01")
    text = count_figure(
        query(incident_from=D("2024-09-01"), victims_party=Party.objects.get(code="UA"), status="captured")
    ).definition
    for part in ("1 September 2024", "3 February 2025", "Ukraine", "captured", "reasonable grounds", "at least"):
        assert part in text


def test_it_takes_two_queries_however_many_incidents(decided: Callable, django_assert_num_queries: Callable) -> None:
    decided("2024-10-05", 3, "2024-11-01")
    with django_assert_num_queries(2):
        count_figure(query(incident_from=D("2024-01-01")))
    for day in range(1, 20):
        decided(f"2024-11-{day:02d}", 1, "2025-01-01")
    with django_assert_num_queries(2):
        count_figure(query(incident_from=D("2024-01-01")))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.dates(D("2023-01-01"), D("2024-12-31")), st.integers(0, 40), st.integers(1, 30)), max_size=8)
)
def test_months_sum_to_the_figure(decided: Callable, incidents: list[tuple[datetime.date, int, int]]) -> None:
    for earliest, length, persons in incidents:
        latest = earliest + datetime.timedelta(days=length)
        decided(f"{earliest}/{latest}", persons, "2025-02-01")
    for unit in ("persons", "incidents"):
        figure = count_figure(query(unit))
        assert sum(value for _, value in by_month(figure)) == figure.value


def test_page_command_and_api_agree(decided: Callable, cast, client: Client, capsys) -> None:  # type: ignore[no-untyped-def]
    decided("2024-10-05", 3, "2024-11-01")
    decided("2024-07-05", 1, "2024-11-01", victims="RU")
    call_command("figure", "--unit", "persons", "--as-of", "2024-12-31", "--victims-party", "ua", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["value"], told["unit"], told["as_of"], len(told["cases"])) == (3, "persons", "2024-12-31", 1)
    client.force_login(cast.viewer, backend=BACKEND)
    answer = client.get("/api/v1/figures/?unit=persons&as_of=2024-12-31&victims_party=UA").json()
    assert (answer["value"], answer["cases"], answer["definition"]) == (3, told["cases"], told["definition"])
    page = client.get("/figures/?unit=persons&as_of=2024-12-31&victims_party=UA").content.decode()
    assert '<span class="figure__value">3</span>' in page
    assert told["cases"][0] in page


@pytest.mark.parametrize(
    "wrong",
    ["as_of=2999-01-01", "as_of=31.12.2024", "unit=cases", "victims_party=XX", "from=2025-01-01&to=2024-01-01",
     "from=0000-01-01", "standard=9", "colour=red", "region=1&region=2", "case__title=x"],
)  # fmt: skip
def test_a_wrong_question_is_answered_400(wrong: str, cast, client: Client) -> None:  # type: ignore[no-untyped-def]
    client.force_login(cast.viewer, backend=BACKEND)
    assert client.get(f"/api/v1/figures/?{wrong}").status_code == 400
    page = client.get(f"/figures/?{wrong.replace('from', 'incident_from').replace('to=', 'incident_to=')}")
    assert page.status_code in {400, 422}


@pytest.mark.parametrize("arguments", [["--as-of", "2999-01-01"], ["--victims-party", "XX"], ["--from", "yesterday"]])
def test_the_command_says_what_is_wrong(arguments: list[str], cast) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CommandError):
        call_command("figure", "--unit", "persons", *arguments)


def test_exports_explain_themselves(decided: Callable, cast, client: Client) -> None:  # type: ignore[no-untyped-def]
    decided("2024-10-05", 3, "2024-11-01")
    client.force_login(cast.viewer, backend=BACKEND)
    body = b"".join(client.get("/figures/cases.csv?as_of=2024-12-31").streaming_content).decode("utf-8-sig")
    assert "Definition" in body
    assert "31 December 2024" in body
    months = b"".join(client.get("/figures/months.csv?as_of=2024-12-31").streaming_content).decode("utf-8-sig")
    assert "2024-10,3" in months


def test_administrators_count_nothing(cast, client: Client) -> None:  # type: ignore[no-untyped-def]
    client.force_login(cast.administrator, backend=BACKEND)
    assert client.get("/figures/").status_code == 403
