"""Django's admin: reference data and accounts, and nothing else."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from casework.accounts.admin_site import ReferenceDataSite
from casework.audit.models import AuditEvent
from casework.cases.models import Party, Tag
from tests.factories import CaseFactory, PartyFactory, RegionFactory
from tests.helpers import stepped_up

SERVED = {
    "accounts.User",
    "accounts.Team",
    "accounts.RoleGrant",
    "cases.Party",
    "cases.Region",
    "cases.Unit",
    "cases.Tag",
    "referrals.Recipient",
}


def test_it_serves_reference_data_and_accounts_only():
    assert isinstance(admin.site._wrapped if hasattr(admin.site, "_wrapped") else admin.site, ReferenceDataSite)
    assert {model._meta.label for model in admin.site._registry} == SERVED


def test_it_has_no_address_for_any_other_model():
    for model in apps.get_models():
        if model._meta.label in SERVED:
            continue
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("path", ["", "cases/party/", "cases/party/add/", "accounts/user/", "cases/case/", "jsi18n/"])
@pytest.mark.parametrize("who", ["investigator", "auditor", "outsider", None])
def test_it_opens_to_administrators_only(client, cast, path, who):
    if not who:
        asked = client.get(f"/admin/{path}", follow=True)
        assert asked.redirect_chain[-1][0] == f"/accounts/login/?next=/admin/{path}"
        return
    stepped_up(client, getattr(cast, who))
    assert client.get(f"/admin/{path}").status_code in (403, 404)


def test_it_asks_for_a_fresh_proof(client, cast):
    stepped_up(client, cast.administrator, seconds_ago=3600)
    assert client.get("/admin/").status_code == 302
    stepped_up(client)
    assert client.get("/admin/").status_code == 200


def test_it_shows_no_case(client, cast):
    case = CaseFactory(team=cast.team, title="Canary of the east", victims_party=PartyFactory())
    stepped_up(client, cast.administrator)
    for url in ("/admin/", "/admin/cases/", "/admin/cases/party/", "/admin/cases/party/UA/change/"):
        assert "Canary" not in client.get(url).content.decode()
    blocked = client.get("/admin/cases/party/UA/delete/")
    assert blocked.status_code == 200
    text = blocked.content.decode()
    assert "1 record that uses it" in text
    assert "Canary" not in text
    assert case.reference not in text
    client.post("/admin/cases/party/UA/delete/", {"post": "yes"})
    assert Party.objects.filter(code="UA").exists()


def test_it_records_every_change(client, cast):
    stepped_up(client, cast.administrator)
    assert client.post("/admin/cases/tag/add/", {"name": "night"}).status_code == 302
    tag = Tag.objects.get(name="night")
    assert client.post(f"/admin/cases/tag/{tag.pk}/change/", {"name": "at night"}).status_code == 302
    assert client.post(f"/admin/cases/tag/{tag.pk}/delete/", {"post": "yes"}).status_code == 302
    rows = AuditEvent.objects.filter(event="accounts.reference_data_changed").order_by("position")
    assert [(row.detail["act"], row.detail["row"], row.actor_id) for row in rows] == [
        ("added", "night", cast.administrator.pk),
        ("changed", "at night", cast.administrator.pk),
        ("deleted", "at night", cast.administrator.pk),
    ]


def test_it_writes_nothing_when_the_audit_cannot(client, cast, monkeypatch):
    from casework.accounts import admin_site

    def fail(*args, **kwargs):
        raise RuntimeError("no audit")

    monkeypatch.setattr(admin_site, "record", fail)
    stepped_up(client, cast.administrator)
    with pytest.raises(RuntimeError):
        client.post("/admin/cases/tag/add/", {"name": "night"})
    assert not Tag.objects.filter(name="night").exists()


def test_it_only_shows_accounts(client, cast):
    stepped_up(client, cast.administrator)
    page = client.get(f"/admin/accounts/user/{cast.investigator.pk}/change/")
    assert page.status_code == 200
    assert "password" not in page.content.decode().lower().replace("/accounts/password/change/", "")
    assert client.post(f"/admin/accounts/user/{cast.investigator.pk}/change/", {"name": "X"}).status_code == 403
    assert client.post("/admin/accounts/rolegrant/add/", {}).status_code == 403
    assert client.post(f"/admin/accounts/user/{cast.investigator.pk}/delete/", {"post": "yes"}).status_code == 403


def test_it_obeys_the_content_security_policy(client, cast):
    RegionFactory()
    stepped_up(client, cast.administrator)
    for url in (
        "/admin/",
        "/admin/cases/region/",
        "/admin/cases/region/UA-14/change/",
        "/admin/referrals/recipient/add/",
    ):
        response = client.get(url)
        assert response.status_code == 200
        assert "unsafe" not in response["Content-Security-Policy"]
        text = response.content.decode()
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<style" not in text
        assert "<script>" not in text


def test_it_keeps_history_in_the_audit(client, cast):
    Tag.objects.create(name="night")
    stepped_up(client, cast.administrator)
    pk = Tag.objects.get(name="night").pk
    assert client.get(f"/admin/cases/tag/{pk}/history/").status_code == 404
    assert "history" not in client.get(f"/admin/cases/tag/{pk}/change/").content.decode()
