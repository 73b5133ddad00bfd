"""Attacks by people who are let in: tokens that overreach, doors left open beside the front door, borrowed reveals."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from casework.accounts.actions import invite_person
from casework.accounts.invitations import accept_invitation
from casework.accounts.models import Token
from casework.audit import clock
from casework.cases.models import CaseAssignment
from casework.core.errors import DomainError
from casework.evidence.looking import seen_token, was_revealed
from casework.figures.counting import FigureQuery, count_figure
from casework.findings.models import Finding
from casework.referrals.models import Referral
from tests.access import walking, world
from tests.access.routes import routes
from tests.access.table import TABLE
from tests.factories import UserFactory, grant

pytestmark = pytest.mark.django_db
API = "/api/v1"
ELSEWHERE = (
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "javascript:alert(1)",
    "http:evil.example", "https:///evil.example", "/\t/evil.example", "\x00//evil.example",
    "//evil.example\r\nX-Evil: 1", "http://testserver@evil.example/",
)  # fmt: skip


@pytest.fixture
def own(cast) -> SimpleNamespace:
    return walking.merged(world.build(cast.team, cast.investigator, "ownrow"), world.accounts(cast))


def program(user: Any, scope: str = "write") -> Any:
    asker = walking.Asker(user, scope=scope)

    def post(path: str, data: Any) -> Any:
        return asker.client.post(f"{API}{path}", data, content_type="application/json", headers=asker.headers)

    return post


def test_it_lets_no_token_approve_send_or_open_a_case(cast, own):
    CaseAssignment.objects.create(case=own.case, user=cast.investigator, part="lead", assigned_by=cast.investigator)
    type(own.case).objects.filter(pk=own.case.pk).update(sensitive=True)
    for person in (cast.reviewer, cast.referral_officer, cast.second_officer):
        CaseAssignment.objects.create(case=own.case, user=person, assigned_by=cast.investigator)
    sent = {"channel": "portal"}
    tries = [
        (cast.reviewer, f"/findings/{own.finding.pk}/approve/", {}),
        (cast.second_officer, f"/referrals/{own.referral.pk}/approve/", {"sha256": "0" * 64}),
        (cast.referral_officer, f"/referrals/{own.referral.pk}/record-sent/", sent),
        (cast.referral_officer, f"/referrals/{own.referral.pk}/resolve-sent/", sent),
        (cast.investigator, f"/cases/{own.case.pk}/assign/", {"user": str(cast.colleague.pk)}),
    ]
    answers = [program(person)(path, data).status_code for person, path, data in tries]
    assert answers == [403] * len(tries)
    assert Finding.objects.get(pk=own.finding.pk).state == "proposed"
    assert Referral.objects.get(pk=own.referral.pk).state == own.referral.state
    assert not own.case.assignments.filter(user=cast.colleague).exists()


def test_it_gives_a_token_no_page_and_a_reading_token_no_write(cast, own):
    asker = walking.Asker(cast.investigator, scope="write")
    for name in ("office:home", "cases:list", "accounts:create_token", "evidence:export"):
        assert asker.client.get(reverse(name), headers=asker.headers).status_code == 302
    answer = program(cast.investigator, "read")("/notes/", {"case": str(own.case.pk), "text": "x"})
    assert answer.status_code == 403
    Token.objects.update(ends_at=clock.now() - datetime.timedelta(seconds=1))
    assert asker.client.get(f"{API}/cases/", headers=asker.headers).status_code == 401


def test_it_prefers_a_bad_token_to_a_good_session(cast):
    client = walking.Asker(cast.investigator).client
    for header in ("Bearer cwk_wrong", "Bearer ", "Bearer a b", "bearer cwk_\u00e9", "BEARER " + "x" * 5000):
        assert client.get(f"{API}/cases/", headers={"authorization": header}).status_code == 401, header


@pytest.mark.parametrize("target", ELSEWHERE)
def test_it_goes_nowhere_else_after_a_form(cast, target):
    password = "a long enough passphrase"
    cast.investigator.set_password(password)
    cast.investigator.save()
    door = Client()
    sign_in = {"login": cast.investigator.email, "password": password, "next": target}
    signed_in = walking.Asker(cast.investigator).client
    answers = [
        door.post(reverse("account_login"), sign_in),
        signed_in.post(reverse("core:theme"), {"theme": "dark", "next": target}),
        signed_in.post(reverse("account_reauthenticate"), {"password": password, "next": target}),
        signed_in.post(reverse("accounts:change_name"), {"name": "Iryna", "next": target}),
        signed_in.post(reverse("account_logout"), {"next": target}),
    ]
    for answer in answers:
        assert answer.status_code < 500
        location = answer.get("Location", "/")
        assert location.startswith("/") and not location.startswith(("//", "/\\")), location
        assert "X-Evil" not in answer


def test_it_changes_the_session_key_at_the_door(cast):
    password = "a long enough passphrase"
    cast.investigator.set_password(password)
    cast.investigator.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "f" * 32
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": cast.investigator.email, "password": password})
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert key != "f" * 32
    assert client.get(reverse("office:home")).status_code == 200
    planted = Client()
    planted.cookies[settings.SESSION_COOKIE_NAME] = "f" * 32
    assert planted.get(reverse("office:home")).status_code == 302
    client.post(reverse("account_logout"))
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = key
    assert stolen.get(reverse("office:home")).status_code == 302


def test_it_asks_for_the_csrf_token_also_where_little_is_at_stake(cast):
    client = walking.Asker(cast.investigator).client
    client.handler.enforce_csrf_checks = True
    for name in ("core:theme", "accounts:lock", "account_logout", "accounts:change_name", "account_reauthenticate"):
        assert client.post(reverse(name), {"name": "x"}).status_code == 403, name
    assert Client(enforce_csrf_checks=True).post(reverse("account_login"), {}).status_code == 403
    assert client.get(reverse("office:home")).status_code == 200
    assert client.get(reverse("account_logout")).status_code in (200, 302, 405)
    assert client.get(reverse("office:home")).status_code == 200


def test_it_answers_to_its_own_names_only(cast):
    client = walking.Asker(cast.investigator).client
    for host in ("evil.example", "testserver.evil.example", "a b", "testserver@evil.example", ""):
        assert client.get(reverse("office:home"), HTTP_HOST=host).status_code == 400, host
    answer = client.get(reverse("cases:list"), HTTP_X_FORWARDED_HOST="evil.example")
    assert answer.status_code == 200
    assert b"evil.example" not in answer.content


def test_it_lets_nothing_private_be_kept_by_a_browser_or_proxy(cast, own):
    client, wrong = walking.Asker(cast.referral_officer).client, []
    names = ["office:home", "office:search", "cases:list", "cases:detail", "cases:people", "evidence:detail",
             "findings:detail", "referrals:detail", "referrals:letter_file", "figures:figures", "statements:detail",
             "office:case_history", "cases:export", "evidence:export", "referrals:dossier"]  # fmt: skip
    for name in names:
        answer = client.get(walking.address(name, routes()[name], own, TABLE[name].target))
        if "no-store" not in answer.get("Cache-Control", ""):
            wrong.append(f"{name} {answer.status_code}: {answer.get('Cache-Control')}")
    answer = client.get(f"{API}/cases/{own.case.pk}/")
    if "no-store" not in answer.get("Cache-Control", ""):
        wrong.append(f"api: {answer.get('Cache-Control')}")
    assert not wrong, "\n".join(wrong)


def test_it_binds_a_reveal_to_one_file_and_one_person(cast, own):
    token = seen_token(own.file, cast.investigator)
    assert was_revealed(token, own.file, cast.investigator)
    assert not was_revealed(token, own.file, cast.viewer)
    assert not was_revealed(token[:-1] + ("A" if token[-1] != "A" else "B"), own.file, cast.investigator)
    assert not any(was_revealed(bad, own.file, cast.investigator) for bad in ("", "\x00", "a:b:c", token * 2))
    with clock.travelling_to(clock.now() + datetime.timedelta(days=1)):
        url = reverse("evidence:preview", args=[own.file.pk, "still"], query={"seen": token})
    assert walking.Asker(cast.viewer).client.get(url).status_code == 404


def test_it_counts_for_nobody_what_they_may_not_see(cast, own):
    query = FigureQuery(unit="persons", as_of=clock.today())
    before = {name: count_figure(query, getattr(cast, name)) for name in ("investigator", "viewer")}
    hidden = world.build(cast.other_team, cast.outsider, "hiddenrow")
    world.build(cast.team, cast.colleague, "sensitiverow", sensitive=True)
    for name, figure in before.items():
        assert count_figure(query, getattr(cast, name)) == figure
    assert count_figure(query, cast.outsider).references == [hidden.case.reference]


def test_it_takes_an_invitation_once(cast):
    link = invite_person(actor=cast.administrator, email="new@example.org", name="New")[1]
    secret = link.rstrip("/").rsplit("/", 1)[-1]
    accept_invitation(secret, "a long enough passphrase")
    with pytest.raises(DomainError):
        accept_invitation(secret, "another long passphrase")
    assert Client().get(f"/{link.partition('//')[2].partition('/')[2]}").status_code in (404, 410)


def test_it_lets_no_administrator_reach_content_by_a_role_of_their_own(cast, own):
    client = walking.Asker(cast.administrator).client
    grant_page = reverse("accounts:grant_role", args=[cast.administrator.pk])
    before = cast.administrator.grants.count() if hasattr(cast.administrator, "grants") else None
    body = {"role": "investigator", "team": str(cast.team.pk), "reason": "Mine", "ends_on": "2030-01-01"}
    assert client.post(grant_page, body).status_code in (403, 409, 422)
    assert client.get(reverse("cases:detail", args=[own.case.pk])).status_code == 404
    if before is not None:
        assert cast.administrator.grants.count() == before


def test_it_ends_what_a_person_may_with_the_role(cast, own):
    person = UserFactory(name="Leaving Person")
    held = grant(person, "investigator", cast.team)
    client = walking.Asker(person).client
    page = reverse("cases:detail", args=[own.case.pk])
    assert client.get(page).status_code == 200
    held.ends_at = clock.now()
    type(held).objects.filter(pk=held.pk).update(ends_at=held.granted_at + datetime.timedelta(microseconds=1))
    assert client.get(page).status_code == 404
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(page).status_code == 302
