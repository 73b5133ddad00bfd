"""What is kept of a form whose session had ended, for whom, and what never is."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory

from casework.accounts import kept_forms
from casework.accounts.jobs import forget_old
from casework.accounts.kept_forms import Kept, keep, kept_for
from casework.accounts.refill import refill

PASSWORD = "correct horse battery staple"
PAGE = "/cases/new/"


@pytest.fixture
def member(cast):
    cast.investigator.set_password(PASSWORD)
    cast.investigator.save()
    cache.clear()
    return cast.investigator


@pytest.fixture
def browser(member):
    """A browser in which the person signed in and opened a form, with CSRF checks as in the field."""
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    token = client.cookies["csrftoken"].value
    client.post("/accounts/login/", {"login": member.email, "password": PASSWORD, "csrfmiddlewaretoken": token})
    client.get(PAGE)
    client.token = client.cookies["csrftoken"].value
    return client


def end_session(client):
    del client.cookies["sessionid"]


def sent(client, **fields):
    extra = fields.pop("extra", {})
    values = {"title": "Typed", "csrfmiddlewaretoken": client.token} | fields
    return client.post(PAGE, values, HTTP_REFERER=f"http://testserver{PAGE}", **extra)


def test_it_keeps_the_fields_for_the_one_who_typed(browser, member, cast):
    end_session(browser)
    response = sent(browser, what_happened="Seen")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=%2Fcases%2Fnew%2F"
    assert kept_for(member, PAGE).fields == {"title": ["Typed"], "what_happened": ["Seen"]}
    assert kept_for(cast.colleague, PAGE) is None
    assert kept_for(member, "/sources/new/") is None


def test_it_keeps_nothing_readable_in_the_database(browser):
    end_session(browser)
    sent(browser, title="Kramatorsk witness")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key || value FROM accounts_cache")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert "kept-form" in stored
    assert "Kramatorsk" not in stored


def test_it_does_not_open_what_was_kept_for_another(browser, member, cast):
    end_session(browser)
    sent(browser)
    stored = cache.get(kept_forms._key(member.pk, PAGE))
    cache.set(kept_forms._key(cast.colleague.pk, PAGE), stored, 60)
    assert kept_for(cast.colleague, PAGE) is None


def test_it_does_not_read_the_body_of_a_stranger(db, monkeypatch):
    monkeypatch.setattr(kept_forms, "owner_of_form", lambda request: pytest.fail("the body was read"))
    stranger = Client()
    stranger.cookies["csrftoken"] = "a" * 32
    assert stranger.post(PAGE, {"title": "x"}).status_code == 302
    assert Client().post(PAGE, {"title": "x"}).status_code == 302


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
def test_it_keeps_nothing_that_another_site_sends(browser, member, origin):
    end_session(browser)
    assert sent(browser, extra={"HTTP_ORIGIN": origin}).status_code == 302
    assert kept_for(member, PAGE) is None


def test_it_keeps_nothing_without_the_token_of_the_page(browser, member):
    end_session(browser)
    sent(browser, csrfmiddlewaretoken="b" * 64)
    assert kept_for(member, PAGE) is None


def test_it_never_keeps_passwords_codes_or_too_much(browser, member):
    end_session(browser)
    sent(browser, password="p", oldpassword="p", password1="p", code="123456", again="p", submission="k")
    assert kept_for(member, PAGE).fields == {"title": ["Typed"]}
    sent(browser, title="x" * 600_000)
    assert kept_for(member, PAGE).fields == {"title": ["Typed"]}
    assert not keep(member.pk, "/accounts/password/change/", "/accounts/password/change/", QueryDict("a=b"))


def test_it_keeps_nothing_for_a_disabled_person(browser, member):
    member.is_active = False
    member.save()
    end_session(browser)
    sent(browser)
    assert kept_for(member, PAGE) is None


def test_it_forgets_after_an_hour(browser, member):
    end_session(browser)
    sent(browser)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_cache SET expires = now() - interval '1 second' WHERE cache_key LIKE '%kept%'")
    assert kept_for(member, PAGE) is None
    forget_old(0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_cache WHERE expires < now()")
        assert cursor.fetchone() == (0,)


def test_it_leads_a_part_of_a_page_to_sign_in_as_a_whole(browser):
    end_session(browser)
    response = sent(browser, extra={"HTTP_HX_REQUEST": "true"})
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Fcases%2Fnew%2F"


def test_it_ends_the_session_when_the_lock_comes_with_an_old_token(browser, member):
    browser.cookies["csrftoken"] = "c" * 32
    response = browser.post(
        "/account/lock/",
        {"csrfmiddlewaretoken": browser.token, "next": PAGE, "typed": "title=Typed", "typed_action": PAGE},
    )
    assert response.status_code == 302
    assert browser.get(PAGE).status_code == 302
    assert kept_for(member, PAGE).fields == {"title": ["Typed"]}


FORM = """<main><div class="columns"><details><summary>Open</summary><form method="post">
<input type="hidden" name="csrfmiddlewaretoken" value="new"><input type="hidden" name="expected_updated_at" value="2">
<input name="title" value="old"><input type="checkbox" name="tags" value="a" checked><input type="checkbox" name="tags"
value="b"><textarea name="text" rows="3">old &amp; text</textarea><select name="place"><option value="1" selected>One
</option><option value="2">Two</option></select><input type="password" name="password"><input type="file" name="files">
</form></details><form method="post" action="/elsewhere/"><input name="title" value="other"></form></div></main>"""


def filled(**fields):
    kept = Kept(PAGE, PAGE, {name: list(values) for name, values in fields.items()}, [])
    return refill(FORM, kept, RequestFactory().get(PAGE))


def test_it_fills_in_the_form_and_no_other():
    page = filled(title=["new"], tags=["b"], text=["line\nnext"], place=["2"], expected_updated_at=["1"])
    assert '<input name="title" value="new">' in page
    assert '<input name="title" value="other">' in page
    assert '<input type="checkbox" name="tags" value="a">' in page
    assert '<input type="checkbox" name="tags" value="b" checked>' in page
    assert '<textarea name="text" rows="3">\nline\nnext</textarea>' in page
    assert '<option value="2" selected>' in page
    assert '<option value="1">' in page
    assert 'value="new"><input type="hidden" name="expected_updated_at" value="1">' in page
    assert "<details open>" in page
    assert page.index("Nothing was sent") < page.index("<form")


def test_it_writes_what_was_typed_as_text():
    page = filled(title=['"><script>alert(1)</script>'], text=["</textarea><img src=x onerror=alert(1)>"], gone=["<b>"])
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;b&gt;" in page
    assert 'value="&quot;&gt;&lt;script&gt;' in page


def test_it_changes_nothing_else_on_a_page(browser):
    """What the writer does not fill in comes out as it went in."""
    html = browser.get(PAGE).content.decode()
    kept = Kept(PAGE, "/nowhere/", {"title": ["x"]}, [])
    page = refill(html, kept, RequestFactory().get(PAGE))
    before, _notice, after = page.partition('<div class="messages" role="status">')
    assert html.startswith(before.rstrip())
    assert html.endswith(after[after.index('<div class="columns') :])
