from __future__ import annotations

import re
from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.core.charts import BOTTOM, HEIGHT, TOP, month_chart

SVG = "{http://www.w3.org/2000/svg}"


def svg_of(chart, **context):
    page = render_to_string("components/chart.html", {"chart": chart, **context})
    found = re.search(r"<svg.*</svg>", page, re.DOTALL)
    return (fromstring(found.group()) if found else None), page


def months(count, value=3):
    return [(f"{2020 + number // 12}-{number % 12 + 1:02}", value) for number in range(count)]


def test_it_names_and_describes_itself_for_those_who_do_not_see_it():
    svg, page = svg_of(month_chart(months(6), title="Persons by month", desc="Persons, as of 2025-02-03."))
    assert svg.get("role") == "img"
    names = {element.get("id"): element.text for element in svg if element.tag in ("title", "desc")}
    assert [names[key] for key in svg.get("aria-labelledby").split()] == [
        "Persons by month",
        "Persons, as of 2025-02-03.",
    ]
    assert page.count("<tr>") == 6 + 2


def test_it_is_free_of_style_attributes_scripts_and_links():
    _, page = svg_of(
        month_chart([("<script>alert(1)</script>", 2), ('"><img src=x>', 1)], title='"<b>', desc="{{7*7}}")
    )
    assert not re.search(r"style=|<script|<img|<b>|href=|on\w+=", page)
    assert "{{7*7}}" in page


@given(st.lists(st.integers(0, 5000), max_size=300))
@settings(max_examples=60)
def test_it_draws_every_column_to_scale_inside_the_picture(values):
    chart = month_chart([(str(place), value) for place, value in enumerate(values)], title="t", desc="d")
    assert [bar.value for bar in chart.bars] == values
    largest = max(values, default=0)
    assert int(chart.grid[-1].text.replace(",", "")) >= max(1, largest)
    assert 2 <= len(chart.grid) <= 7
    plot = HEIGHT - TOP - BOTTOM
    top = int(chart.grid[-1].text.replace(",", ""))
    edges = [0.0]
    for bar in chart.bars:
        assert float(bar.height) == pytest.approx(plot * bar.value / top, abs=0.02)
        assert float(bar.x) >= edges[-1] - 0.02
        edges.append(float(bar.x) + float(bar.width))
    assert edges[-1] <= chart.width


@pytest.mark.parametrize("count", [1, 12, 36, 240, 400])
def test_it_prints_the_labels_that_fit_and_lists_all_in_the_table(count):
    chart = month_chart(months(count), title="t", desc="d")
    labels = [float(bar.middle) for bar in chart.bars if bar.axis_label]
    assert labels
    assert all(later - earlier >= 45 for earlier, later in pairwise(labels))
    assert svg_of(chart)[1].count('<th scope="row">') == count + 1


def test_it_prints_numbers_above_bars_where_there_is_room():
    assert all(bar.show_value for bar in month_chart(months(12), title="t", desc="d").bars)
    assert not any(bar.show_value for bar in month_chart(months(300), title="t", desc="d").bars)


@pytest.mark.parametrize("series", [[], months(4, 0)])
def test_it_says_when_nothing_was_counted(series):
    svg, page = svg_of(month_chart(series, title="t", desc="d"))
    assert svg is None
    assert "Nothing was counted" in page


def test_it_draws_the_same_in_every_language():
    with translation.override("uk"):
        svg, _ = svg_of(month_chart(months(40, 1500), title="t", desc="d"))
    for element in svg.iter():
        for name in ("x", "y", "x1", "width", "height", "viewBox"):
            assert "," not in (element.get(name) or "")


def test_it_refuses_negative_counts():
    with pytest.raises(ValueError, match="negative"):
        month_chart([("2024-01", -1)], title="t", desc="d")


def test_it_offers_the_numbers_as_csv():
    assert (
        'href="/figures/months.csv"'
        in svg_of(month_chart(months(2), title="t", desc="d"), csv_url="/figures/months.csv")[1]
    )
