"""How forms are printed, and what every form refuses."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from casework.core.forms import UNSTORABLE, CaseworkForm, HalfText, LongText, ShortText, StaleEditMixin
from casework.core.views import choose_theme


class Report(StaleEditMixin, CaseworkForm):
    title = forms.CharField(label="Title", help_text="One line.", widget=HalfText)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    flags = forms.MultipleChoiceField(
        label="Flags", choices=[("w", "Wounded")], widget=forms.CheckboxSelectMultiple, required=False
    )
    number = forms.IntegerField(label="Number", required=False, widget=ShortText)
    text = forms.CharField(label="Text", required=False, widget=LongText)
    agreed = forms.BooleanField(label="Agreed", help_text="In writing.")


GOOD = {"title": "A lead", "kind": "a", "agreed": "on"}


def test_it_prints_label_help_error_and_widget_in_that_order() -> None:
    page = str(Report({"kind": "a", "agreed": "on"}))
    order = ['for="id_title"', 'id="id_title_helptext"', 'id="id_title_error"', 'name="title"']
    places = [page.index(mark) for mark in order]
    assert places == sorted(places)
    assert 'aria-describedby="id_title_helptext id_title_error"' in page
    assert 'aria-invalid="true"' in page


def test_it_links_each_error_to_the_first_control_of_its_field() -> None:
    page = str(Report({}))
    assert "There is a problem" in page
    for target in ("id_title", "id_kind_0", "id_agreed"):
        assert f'href="#{target}"' in page
        assert f'id="{target}"' in page


def test_it_shows_no_summary_before_anything_is_sent() -> None:
    assert "error-summary" not in str(Report())


def test_it_groups_choices_and_says_what_is_optional() -> None:
    page = str(Report())
    assert page.count("<fieldset") == 2
    assert page.count("(optional)") == 3


def test_it_keeps_what_was_typed_when_there_is_an_error() -> None:
    page = str(Report({"title": "Typed <once>", "number": "many", "text": "Слова"}))
    assert "Typed &lt;once&gt;" in page
    assert 'value="many"' in page
    assert "Слова" in page


@pytest.mark.parametrize("name", ["title", "kind", "flags", "number", "text", "expected_updated_at"])
@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b"])
def test_it_refuses_text_that_cannot_be_stored_in_any_kind_of_field(name: str, bad: str) -> None:
    form = Report(GOOD | {name: [bad] if name == "flags" else bad})
    assert form.errors[name] == [UNSTORABLE]
    assert name not in form.cleaned_data
    assert str(form).encode()


def test_it_still_checks_the_other_fields() -> None:
    form = Report({"title": "a\x00", "kind": "z"})
    assert set(form.errors) == {"title", "kind", "agreed"}
    assert list(form.fields) == list(Report().fields)


@given(
    st.dictionaries(st.sampled_from(["title", "kind", "number", "text", "agreed", "expected_updated_at"]), st.text())
)
def test_it_answers_any_text_without_failing(data: dict[str, str]) -> None:
    form = Report(data)
    form.is_valid()
    assert str(form).encode()


def test_it_carries_the_version_that_was_seen_to_the_microsecond() -> None:
    seen = dt.datetime(2025, 6, 18, 14, 2, 3, 456789, tzinfo=dt.UTC)
    page = str(Report(initial={"expected_updated_at": seen}))
    assert 'value="2025-06-18T14:02:03.456789+00:00"' in page
    form = Report(GOOD | {"expected_updated_at": seen.isoformat()})
    assert form.is_valid()
    assert form.cleaned_data["expected_updated_at"] == seen


def test_it_takes_the_version_from_the_record_of_the_form() -> None:
    seen = dt.datetime(2025, 6, 18, tzinfo=dt.UTC)

    class Edit(StaleEditMixin, CaseworkForm):
        instance = SimpleNamespace(updated_at=seen)

    assert Edit().initial["expected_updated_at"] == seen


@pytest.mark.parametrize("typed", ["yesterday", "2025-06-18T14:02:03", "2025-13-45T00:00:00Z"])
def test_it_names_a_version_that_cannot_be_read(typed: str) -> None:
    assert "expected_updated_at" in Report(GOOD | {"expected_updated_at": typed}).errors


def test_it_prints_formsets_with_their_management_form() -> None:
    page = Template("{{ formset }}").render(Context({"formset": forms.formset_factory(Report, extra=2)()}))
    assert 'name="form-TOTAL_FORMS"' in page
    assert page.count("formset__item") == 2


@pytest.mark.parametrize(
    ("sent", "had", "kept"),
    [
        ("dark", "", "dark"),
        ("light", "dark", "light"),
        ("toggle", "dark", "light"),
        ("toggle", "", "dark"),
        ("blue", "dark", ""),
    ],
)
def test_it_keeps_the_chosen_scheme_in_a_cookie(sent: str, had: str, kept: str) -> None:
    request = RequestFactory().post("/theme/", {"theme": sent, "next": "/cases/?q=1"})
    request.COOKIES["theme"] = had
    response = choose_theme(request)
    assert response.url == "/cases/?q=1"
    assert response.cookies["theme"].value == kept
    if kept:
        assert response.cookies["theme"]["httponly"]


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_it_returns_only_to_its_own_pages(target: str) -> None:
    response = choose_theme(RequestFactory().post("/theme/", {"theme": "dark", "next": target}))
    assert response.url == "/"


def test_it_changes_the_scheme_only_by_post() -> None:
    assert choose_theme(RequestFactory().get("/theme/?theme=dark")).status_code == 405
