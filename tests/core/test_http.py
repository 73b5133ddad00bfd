from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django import forms
from django.core.exceptions import DisallowedHost
from django.db import OperationalError
from django.http import QueryDict
from django.test import RequestFactory

from casework.core import errors, http
from casework.core.access import refusal


@pytest.fixture
def request_of():
    def build(path="/cases/", method="get", data=None, **attributes):
        request = getattr(RequestFactory(), method)(path, data or {})
        request.request_id = "r-1"
        request.user = SimpleNamespace(is_authenticated=False, is_anonymous=True, pk=None)
        for name, value in attributes.items():
            setattr(request, name, value)
        return request

    return build


@pytest.fixture
def bare_templates(settings, tmp_path):
    """Error templates of these tests alone."""
    (tmp_path / "errors").mkdir()
    (tmp_path / "errors" / "error.html").write_text(
        "{{ status }} {{ title }} {{ message }} {{ reasons|join:';' }} {{ request_id }}"
    )
    (tmp_path / "errors" / "_error.html").write_text("fragment {{ message }}")
    (tmp_path / "form.html").write_text("{{ form.text.value }}{{ hint }}")
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}]
    return tmp_path


class Note(forms.Form):
    text = forms.CharField(max_length=5)


def test_it_answers_a_wrong_form_with_422_and_what_was_typed(bare_templates, request_of):
    assert http.render_form(request_of(), "form.html", Note()).status_code == 200
    assert http.render_form(request_of(), "form.html", Note({"text": "fine"})).status_code == 200
    wrong = http.render_form(request_of(), "form.html", Note({"text": "too long"}), {"hint": "five letters"})
    assert wrong.status_code == 422
    assert "five letters" in wrong.content.decode()


def test_it_puts_the_refusal_of_an_action_on_the_form():
    form = Note({"text": "fine"})
    assert form.is_valid()
    http.add_error(form, errors.Invalid("bad", fields={"text": ["shorter"], "place": ["unknown"]}))
    assert form.errors == {"text": ["shorter"], "__all__": ["unknown"]}
    blocked = Note({"text": "fine"})
    http.add_error(blocked, errors.Blocked("not yet", reasons=["no caveat"]))
    assert blocked.non_field_errors() == ["not yet", "no caveat"]


ERRORS = [
    (errors.NotAllowed("no"), 403), (errors.NotFound("none"), 404), (errors.Conflict("later"), 409),
    (errors.Invalid("bad", fields={"state": ["unknown"]}), 400), (errors.Blocked("wait", reasons=["no caveat"]), 409),
    (errors.TooLarge("big"), 413), (errors.StorageFull("full"), 507), (OperationalError("secret dsn"), 503),
]  # fmt: skip


@pytest.mark.parametrize(("error", "status"), ERRORS)
def test_it_shows_domain_errors_as_pages(bare_templates, request_of, error, status):
    response = http.DomainErrorMiddleware(lambda request: None).process_exception(request_of(), error)
    page = response.content.decode()
    assert response.status_code == status
    assert "r-1" in page and "secret" not in page
    assert all(reason in page for reason in getattr(error, "reasons", []))


def test_it_records_a_refused_right_once(bare_templates, request_of, monkeypatch):
    recorded = []
    monkeypatch.setattr("casework.core.access.record", lambda event, **values: recorded.append(values["detail"]))
    error = refusal(SimpleNamespace(is_authenticated=True), None, "can_close")
    http.DomainErrorMiddleware(lambda request: None).process_exception(request_of(), error)
    assert recorded == [{"attempted": "can_close"}]


def test_it_leaves_defects_to_the_500_page(request_of):
    assert http.DomainErrorMiddleware(lambda request: None).process_exception(request_of(), KeyError("x")) is None


def test_it_answers_htmx_with_a_fragment_and_an_event(bare_templates, request_of):
    request = request_of(htmx=SimpleNamespace(boosted=False))
    response = http.DomainErrorMiddleware(lambda request: None).process_exception(request, errors.Conflict("Пізно"))
    assert response.content.decode() == "fragment Пізно"
    assert json.loads(response["HX-Trigger"]) == {"casework:error": {"status": 409, "message": "Пізно"}}


@pytest.mark.parametrize(
    ("handler", "status"),
    [(http.bad_request, 400), (http.permission_denied, 403), (http.not_found, 404), (http.server_error, 500)],
)
def test_it_answers_the_api_in_json_and_says_nothing_of_the_defect(request_of, handler, status):
    arguments = () if handler is http.server_error else (DisallowedHost("secret"),)
    response = handler(request_of("/api/v1/cases/"), *arguments)
    body = json.loads(response.content)
    assert response.status_code == status
    assert set(body) == {"type", "title", "detail", "fields", "request_id"}
    assert "secret" not in str(body)


def test_it_still_answers_without_any_template(settings, tmp_path, request_of):
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}]
    response = http.server_error(request_of())
    assert response.status_code == 500
    assert "r-1" in response.content.decode()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", "cases/",
        "/cases/\r\nSet-Cookie: a=b", "http:///evil.example",
    ],
)  # fmt: skip
def test_it_goes_on_only_within_the_site(request_of, target):
    assert http.safe_next(request_of(method="post", data={"next": target}), "/home/") == "/home/"


def test_it_goes_on_where_the_page_said(request_of):
    assert http.safe_next(request_of(method="post", data={"next": "/cases/?a=1"}), "/home/") == "/cases/?a=1"
    assert http.safe_next(request_of("/x/?next=/cases/"), "/home/") == "/cases/"
    assert http.safe_next(request_of(POST=QueryDict()), "/home/") == "/home/"
