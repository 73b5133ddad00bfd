"""Pages of people: who may see and do what."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from casework.accounts.models import RoleGrant, Team, User
from casework.audit import clock
from casework.audit.models import AuditEvent
from tests.helpers import stepped_up

WHO_ELSE = ["investigator", "reviewer", "referral_officer", "viewer", "outsider"]


def pages(person: User, team: Team) -> list[str]:
    return [
        reverse("accounts:people"),
        reverse("accounts:person", args=[person.pk]),
        reverse("accounts:invite"),
        reverse("accounts:new_link", args=[person.pk]),
        reverse("accounts:grant_role", args=[person.pk]),
        reverse("accounts:disable", args=[person.pk]),
        reverse("accounts:enable", args=[person.pk]),
        reverse("accounts:reset_factor", args=[person.pk]),
        reverse("accounts:teams"),
        reverse("accounts:create_team"),
        reverse("accounts:team", args=[team.pk]),
        reverse("accounts:change_team", args=[team.pk]),
    ]


def test_it_opens_every_page_for_an_administrator(client, cast):
    stepped_up(client, cast.administrator)
    for url in pages(cast.investigator, cast.team):
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("who", WHO_ELSE)
def test_it_forbids_everybody_else(client, cast, who):
    stepped_up(client, getattr(cast, who))
    for url in pages(cast.colleague, cast.team):
        assert client.get(url).status_code == 403, url
        assert client.post(url).status_code in (403, 405), url


def test_it_lets_an_auditor_look_and_change_nothing(client, cast):
    stepped_up(client, cast.auditor)
    reading = [url for url in pages(cast.investigator, cast.team) if client.get(url).status_code == 200]
    assert reading == [
        reverse("accounts:people"),
        reverse("accounts:person", args=[cast.investigator.pk]),
        reverse("accounts:teams"),
        reverse("accounts:team", args=[cast.team.pk]),
    ]


def test_it_asks_for_a_fresh_proof_before_changes(client, cast):
    stepped_up(client, cast.administrator, seconds_ago=3600)
    response = client.get(reverse("accounts:invite"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login")) or "reauthenticate" in response["Location"]
    assert client.get(reverse("accounts:people")).status_code == 200


def test_it_filters_the_list(client, cast):
    stepped_up(client, cast.administrator)
    url = reverse("accounts:people")
    page = client.get(url, {"role": "reviewer", "team": str(cast.team.pk)}).content.decode()
    assert "Roman Reviewer" in page
    assert "Oleh Outsider" not in page
    assert "Roman Reviewer" in client.get(url, {"name": "roman"}).content.decode()
    assert client.get(url, {"factor": "yes"}).content.decode().count("row-title") == 0
    assert client.get(url, {"state": "disabled"}).content.decode().count("row-title") == 0
    assert client.get(url, {"nonsense": "1"}).status_code == 400


def test_it_lists_any_number_of_people_with_the_same_queries(client, cast, django_assert_max_num_queries):
    from tests.factories import person

    stepped_up(client, cast.administrator)
    url = reverse("accounts:people")
    client.get(url)
    for number in range(30):
        person(f"Extra Person {number:02}", "viewer", team=cast.team)
    with django_assert_max_num_queries(16):
        client.get(url)


def test_it_gives_and_ends_a_role(client, cast):
    stepped_up(client, cast.administrator)
    url = reverse("accounts:grant_role", args=[cast.viewer.pk])
    end = (clock.today() + datetime.timedelta(days=30)).isoformat()
    data = {"role": "reviewer", "team": str(cast.team.pk), "ends_on": end, "reason": "Second reader"}
    assert client.post(url, data).status_code == 302
    grant = RoleGrant.objects.get(user=cast.viewer, role="reviewer")
    assert (grant.granted_by, grant.reason) == (cast.administrator, "Second reader")
    page = client.get(reverse("accounts:person", args=[cast.viewer.pk])).content.decode()
    assert "Second reader" in page
    assert "Adam Administrator" in page
    ending = reverse("accounts:end_role", args=[cast.viewer.pk, grant.pk])
    assert client.get(ending).status_code == 200
    assert client.post(ending, {"reason": "Left the team"}).status_code == 302
    grant.refresh_from_db()
    assert grant.ended_by == cast.administrator
    assert not User.objects.get(pk=cast.viewer.pk).has_role("reviewer", cast.team.pk)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"team": ""}, "team"),
        ({"role": "auditor"}, "team"),
        ({"role": "emperor"}, "role"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"ends_on": "9999-12-31"}, "ends_on"),
        ({"ends_on": "soon"}, "ends_on"),
        ({"reason": " "}, "reason"),
        ({"reason": "a\x00b"}, "reason"),
        ({"team": "00000000-0000-0000-0000-000000000000"}, "team"),
        ({"team": "nonsense"}, "team"),
    ],
)
def test_it_says_which_field_is_wrong(client, cast, change, field):
    stepped_up(client, cast.administrator)
    data = {"role": "reviewer", "team": str(cast.team.pk), "ends_on": "2027-06-01", "reason": "Needed", **change}
    response = client.post(reverse("accounts:grant_role", args=[cast.viewer.pk]), data)
    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_it_refuses_a_role_for_oneself(client, cast):
    stepped_up(client, cast.administrator)
    url = reverse("accounts:grant_role", args=[cast.administrator.pk])
    data = {"role": "reviewer", "team": str(cast.team.pk), "ends_on": "2027-06-01", "reason": "Me too"}
    assert client.get(url).status_code == 403
    assert client.post(url, data).status_code == 403
    assert not RoleGrant.objects.filter(user=cast.administrator, role="reviewer").exists()
    assert AuditEvent.objects.filter(event="access.refused", actor_id=cast.administrator.pk).exists()


def test_it_invites_and_shows_the_link_once(client, cast):
    stepped_up(client, cast.administrator)
    response = client.post(reverse("accounts:invite"), {"name": "Nova Novak", "email": "Nova@Example.org"})
    assert response.status_code == 200
    made = User.objects.get(email="nova@example.org")
    assert response.context["link"] in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert made.state == "invited"
    again = client.post(reverse("accounts:invite"), {"name": "Other", "email": "nova@example.org"})
    assert again.status_code == 422
    assert "email" in again.context["form"].errors


def test_it_answers_the_same_for_people_who_do_not_exist(client, cast):
    stepped_up(client, cast.administrator)
    nobody = "00000000-0000-4000-8000-000000000000"
    for name in ("person", "grant_role", "disable", "enable", "new_link", "reset_factor"):
        assert client.get(reverse(f"accounts:{name}", args=[nobody])).status_code == 404


def test_it_makes_and_changes_a_team(client, cast):
    stepped_up(client, cast.administrator)
    response = client.post(reverse("accounts:create_team"), {"name": "Team West", "description": "New"})
    team = Team.objects.get(name="Team West")
    assert response["Location"] == reverse("accounts:team", args=[team.pk])
    taken = client.post(reverse("accounts:change_team", args=[team.pk]), {"name": "Team East"})
    assert taken.status_code == 422
    assert client.post(reverse("accounts:change_team", args=[team.pk]), {"name": "Team North"}).status_code == 302
    team.refresh_from_db()
    assert team.name == "Team North"


def test_it_wants_a_second_factor_of_administrators_where_the_office_does(client, cast, settings):
    settings.CASEWORK_REQUIRE_SECOND_FACTOR = True
    stepped_up(client, cast.administrator)
    for url in (reverse("accounts:people"), reverse("admin:index")):
        assert client.get(url)["Location"] == reverse("mfa_index")
