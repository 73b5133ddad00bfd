"""The parts of pages: what they say, and that nothing in a text can break out of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import lucide
import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from casework.core.templatetags import casework as parts


def render(source: str, **context: object) -> str:
    return Template("{% load casework %}" + source).render(Context(context))


ALL_TEMPLATES = sorted(
    str(path.relative_to(folder)) for folder in settings.TEMPLATES[0]["DIRS"] for path in Path(folder).rglob("*.html")
)


@pytest.mark.parametrize("name", ALL_TEMPLATES)
def test_it_compiles_every_template_and_keeps_styles_and_scripts_out_of_line(name: str) -> None:
    template = get_template(name)
    source = Path(template.origin.name).read_text(encoding="utf-8")
    assert " style=" not in source
    assert "<style" not in source
    assert "onclick=" not in source
    assert "https://" not in source


def test_it_inlines_an_icon_without_style_and_hidden_from_screen_readers() -> None:
    markup = parts.icon("send")
    assert 'aria-hidden="true"' in markup
    assert "style" not in markup
    assert "<path" in markup


def test_it_refuses_an_icon_that_does_not_exist() -> None:
    with pytest.raises(lucide.IconDoesNotExist):
        parts.icon("no-such-icon")


@pytest.mark.parametrize("tone", [*parts.TONES])
def test_it_shows_a_status_as_text_of_its_tone(tone: str) -> None:
    assert parts.badge("Open", tone) == f'<span class="badge badge--{tone}">Open</span>'


def test_it_shows_an_unknown_tone_as_neutral() -> None:
    assert "badge--neutral" in parts.badge("Open", '"><script>')


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (999_960, "1.0 MB"),
        (20_000_000_000, "20.0 GB"),
        (10**18, "1000 PB"),
    ],
)
def test_it_says_sizes_in_decimal_units(number: int, shown: str) -> None:
    assert parts.format_bytes(number) == shown


@given(st.integers(min_value=0, max_value=10**21))
def test_it_never_says_a_size_that_is_off_by_more_than_its_last_digit(number: int) -> None:
    value, unit = parts.format_bytes(number).split(" ")
    factor = 1000 ** ["B", "kB", "MB", "GB", "TB", "PB"].index(unit)
    assert abs(float(value) * factor - number) <= factor / 2 + number * 1e-9


def test_it_shortens_a_fingerprint_and_keeps_the_whole() -> None:
    digits = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    markup = parts.hash_value(digits)
    assert "9f86d081884c…b0f00a08" in markup
    assert f'<code class="hash__whole">{digits}</code>' in markup
    assert digits in parts.hash_value(bytes.fromhex(digits))
    assert "no fingerprint yet" in parts.hash_value(None)


def test_it_shows_moments_in_utc_and_says_so() -> None:
    kyiv_summer = dt.timezone(dt.timedelta(hours=3))
    markup = parts.moment(dt.datetime(2025, 6, 19, 1, 30, tzinfo=kyiv_summer))
    assert "18 Jun 2025, 22:30 UTC" in markup
    assert 'datetime="2025-06-18T22:30:00Z"' in markup


def test_it_refuses_a_moment_without_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        parts.moment(dt.datetime(2025, 6, 18, 14, 2))


def test_it_keeps_the_precision_of_a_date() -> None:
    shown = render("{% partial_date a b %}", a=dt.date(2024, 10, 1), b=dt.date(2024, 10, 31))
    assert shown == "October 2024"


def test_it_marks_characters_that_reorder_text() -> None:
    assert parts.safe_text("photo\u202egnp.exe") == 'photo<span class="invisible">U+202E</span>gnp.exe'


OUR_MARKUP = (
    '<span class="invisible">', '<span class="badge badge--neutral">', "</span>", '<p dir="auto">', "</p>", "<br>",
)  # fmt: skip


@given(st.text())
def test_it_escapes_any_text(text: str) -> None:
    for markup in (
        parts.safe_text(text),
        parts.paragraphs(text),
        parts.badge(text),
        render("{{ t|safe_text }}", t=text),
    ):
        plain = markup
        for tag in OUR_MARKUP:
            plain = plain.replace(tag, "")
        assert "<" not in plain
        assert ">" not in plain


def test_it_keeps_paragraphs_and_line_breaks() -> None:
    assert parts.paragraphs("one\r\ntwo\n\n\nthree") == '<p dir="auto">one<br>two</p><p dir="auto">three</p>'


def test_it_escapes_titles_of_boxes_but_not_their_bodies() -> None:
    markup = render("{% card title icon='send' %}<b>body</b>{% endcard %}", title="<i>title</i>")
    assert "&lt;i&gt;title&lt;/i&gt;" in markup
    assert "<b>body</b>" in markup


def test_it_offers_a_change_with_a_name_that_can_be_told_apart() -> None:
    markup = render("{% fact 'Date' change='/x' %}unknown{% endfact %}")
    assert '<a href="/x">Change<span class="hidden-text"> Date</span></a>' in markup


def test_it_links_no_task_that_cannot_start() -> None:
    assert "href" not in parts.task("Referral", "/x", "blocked")
    assert 'href="/x"' in parts.task("Referral", "/x", "started")


def test_it_marks_the_present_tab_by_the_page_s_path() -> None:
    request = RequestFactory().get("/a/")
    markup = render("{% tabs 'Parts' %}{% tab 'A' '/a/' %}{% tab 'B' '/b/' count=0 %}{% endtabs %}", request=request)
    assert '<a href="/a/" aria-current="page">A</a>' in markup
    assert '<a href="/b/">B (0)</a>' in markup


def test_it_names_a_table_and_a_removable_filter() -> None:
    assert "<caption" in render("{% table 'Cases' %}<tbody></tbody>{% endtable %}")
    assert "Remove filter:" in parts.chip("State: open", "?")


@pytest.mark.parametrize(("cookie", "chosen"), [("dark", "dark"), ("light", "light"), ('x" onload="', ""), ("", "")])
def test_it_takes_only_known_schemes_from_the_cookie(cookie: str, chosen: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert render("{% theme %}", request=request) == chosen


def test_it_needs_no_request_for_an_error_page() -> None:
    page = get_template("errors/500.html").render({"request_id": "abc-123", "status": 500})
    assert "abc-123" in page
    assert "What was kept" in page
    assert "What to do next" in page
