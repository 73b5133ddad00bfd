"""The parts that pages are built from. `{% load casework %}` gives all of them.

Small marks in a line of text
    {% icon "send" %}                         a lucide icon, hidden from screen readers; icon names: lucide.dev
    {% badge text "good" %}                   status; tones: neutral info good warn bad; each has its own shape
    {% hash value %}                          a fingerprint, shortened; opens to the whole value
    {% bytes n %}                             1.2 MB (decimal units), the exact number kept for machines
    {% partial_date earliest latest %}        a date with its real precision
    {% moment dt %}  {% day d %}              18 Jun 2025, 14:02 UTC / 18 Jun 2025
    {% safe_text value %}, {{ value|safe_text }}   escaped, with direction overrides and invisible characters marked
    {{ text|paragraphs }}                     the same, with line breaks kept as paragraphs

Boxes with a body
    {% card _("Event") icon="file-text" link=url link_text=_("All") flush=True %}...{% endcard %}
    {% notice "warn" _("Follow-up overdue.") %}...{% endnotice %}     tones: info warn bad good
    {% empty _("No evidence yet") %}what to do next{% endempty %}
    {% fact _("Date") change=url %}4 June 2025{% endfact %}           inside <dl class="facts">
    {% event title icon="send" tone="info" when=dt by=name %}...{% endevent %}   inside <ol class="timeline">
    {% table _("Referrals of this case") %}<thead>...{% endtable %}   give each <td> a data-label
    {% tabs _("Parts of the case") %}{% tab _("Overview") url active=True count=3 %}{% endtabs %}
    {% filters %}<form method="get">...{% endfilters %}               the filter column; folds on phones
    {% capture as name %}...{% endcapture %}  keeps the rendered body in a variable

Single lines
    {% crumb _("Cases") url %}{% crumb case.reference %}              inside {% block breadcrumbs %}
    {% chip text remove_url %}                inside <ul class="chips">
    {% task label url "done" %}               inside <ol class="tasks">; states: not_started started done blocked
    {% step label "now" url %}                inside <ol class="tasks tasks--steps">
    {% stat label value link=url link_text=_("Follow up") note="+24" tone="good" %}   inside <div class="stats">
    {% pagination previous=url next=url summary=text %}
    {% theme %}                               the scheme the person chose: light, dark or nothing
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from casework.core.dates import format_range
from casework.core.mentions import segments
from casework.core.text import mark_invisible

register = template.Library()

TONES = ("neutral", "info", "good", "warn", "bad")
THEMES = ("light", "dark")
THEME_COOKIE = "theme"

_UNITS = ("kB", "MB", "GB", "TB", "PB")
_NOTICE_ICONS = {"info": "info", "good": "circle-check", "warn": "triangle-alert", "bad": "octagon-alert"}
_MESSAGE_TONES = {"success": "good", "warning": "warn", "error": "bad"}
_TASK_STATES = {
    "not_started": ("neutral", _("Not started")),
    "started": ("info", _("Started")),
    "done": ("good", _("Done")),
    "blocked": ("neutral", _("Cannot start yet")),
    "now": ("info", _("Now")),
}


# Lines that every page of a case repeats are put together here: a template for each would cost more than its words.
_CURRENT_PAGE = mark_safe(' aria-current="page"')
_CURRENT_STEP = mark_safe(' aria-current="step"')


def _part(name: str, **context: Any) -> SafeString:
    return mark_safe(render_to_string(f"components/{name}.html", context))  # noqa: S308  (a template's own output)


# Small marks in a line of text


@lru_cache(maxsize=512)
def _svg(name: str) -> SafeString:
    markup = lucide._render_icon(name, None, **{"class": "icon", "aria-hidden": "true", "focusable": "false"})
    return mark_safe(markup)  # noqa: S308  (the package's own file; the name is only a key into it)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An inlined icon that says nothing by itself: put text beside it. Raises IconDoesNotExist for a wrong name."""
    return _svg(str(name))


@register.simple_tag
def badge(text: Any, tone: str = "neutral") -> SafeString:
    """A status as text with a shape; an unknown tone is shown as neutral."""
    return format_html('<span class="badge badge--{}">{}</span>', tone if tone in TONES else "neutral", text)


@register.simple_tag(name="hash")
def hash_value(value: str | None, algorithm: str = "sha256") -> SafeString:
    """A fingerprint in hexadecimal: first twelve and last eight digits, opening to the whole value."""
    if not value:
        return format_html('<span class="muted">{}</span>', _("no fingerprint yet"))
    digits = value.hex() if isinstance(value, bytes | bytearray | memoryview) else str(value)
    short = digits if len(digits) <= 24 else f"{digits[:12]}…{digits[-8:]}"
    return _part("hash", digits=digits, short=short, algorithm=algorithm)


@register.simple_tag(name="bytes")
def bytes_size(number: int | None) -> SafeString:
    """A size in decimal units (1 kB = 1000 bytes); the exact number stays in the `value` attribute."""
    if number is None:
        return format_html('<span class="muted">{}</span>', _("size unknown"))
    return format_html('<data class="nowrap" value="{}">{}</data>', number, format_bytes(number))


def format_bytes(number: int) -> str:
    """'1.2 MB', for places that take plain text."""
    if number < 1000:
        return f"{number} B"
    size = float(number)
    for unit in _UNITS:
        size /= 1000
        if size < 999.5 or unit == _UNITS[-1]:
            break
    return f"{size:.1f} {unit}" if size < 99.95 else f"{size:.0f} {unit}"


@register.simple_tag
def partial_date(earliest: dt.date | None, latest: dt.date | None) -> str:
    """A range with no more precision than is known."""
    return format_range(earliest, latest)


@register.simple_tag
def moment(value: dt.datetime | None) -> SafeString:
    """A point in time, in UTC and saying so. Raises ValueError for one without a zone."""
    if value is None:
        return format_html('<span class="muted">{}</span>', _("time unknown"))
    if value.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be shown as UTC.")
    utc = value.astimezone(dt.UTC)
    shown = date_format(utc, "j M Y, H:i")
    return format_html('<time class="nowrap" datetime="{}">{} UTC</time>', utc.strftime("%Y-%m-%dT%H:%M:%SZ"), shown)


@register.simple_tag
def day(value: dt.date | None) -> SafeString:
    """A whole day."""
    if value is None:
        return format_html('<span class="muted">{}</span>', _("date unknown"))
    return format_html('<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), date_format(value, "j M Y"))


@register.simple_tag(name="safe_text")
@register.filter(name="safe_text")
def safe_text(value: Any) -> SafeString:
    """Escaped text in which characters that hide or reorder other text are replaced by their visible names."""
    text = "" if value is None else str(value)
    if text.isascii() and text.isprintable():
        return escape(text)
    return format_html_join("", "{}", ((_segment(part, marked),) for part, marked in mark_invisible(text)))


def _segment(part: str, marked: bool) -> SafeString:
    return format_html('<span class="invisible">{}</span>', part) if marked else format_html("{}", part)


@register.filter
def paragraphs(value: Any) -> SafeString:
    """Long text as people typed it: blank lines part paragraphs, single line breaks stay, mentions of records lead
    there."""
    text = ("" if value is None else str(value)).replace("\r\n", "\n").replace("\r", "\n")
    blocks = [block for block in text.split("\n\n") if block.strip()]
    return format_html_join("", '<p dir="auto">{}</p>', ((_lines(block),) for block in blocks))


def _lines(block: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((_linked(line),) for line in block.strip("\n").split("\n")))


def _linked(line: str) -> SafeString:
    return format_html_join("", "{}", ((_mention(text, url),) for text, url in segments(line)))


def _mention(text: str, url: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, safe_text(text)) if url else safe_text(text)


# Boxes with a body


@register.simple_block_tag
def capture(content: str) -> str:
    """Render the body into a variable: {% capture as title %}...{% endcapture %}."""
    return mark_safe(content.strip())  # noqa: S308  (rendered by the template engine)


@register.simple_block_tag
def card(content: str, title: Any = "", **options: Any) -> SafeString:
    """A panel. Options: icon, link and link_text (right of the title), flush (no padding), id, level (2), tone."""
    return _part("card", content=content, title=title, **{"level": 2, **options})


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: Any = "", **options: Any) -> SafeString:
    """A message that stands out. `role="alert"` (or status) makes it announced; `id` names it."""
    return _part("notice", content=content, tone=tone, title=title, icon=_NOTICE_ICONS.get(tone, "info"), **options)


@register.simple_tag
def message_tone(message: Any) -> str:
    """The notice tone of one of Django's messages."""
    return _MESSAGE_TONES.get(getattr(message, "level_tag", ""), "info")


@register.simple_block_tag
def empty(content: str, title: Any, icon: str = "inbox") -> SafeString:
    """What stands where a list would: what is not there, and in the body what to do next."""
    return _part("empty", content=content, title=title, icon=icon)


@register.simple_block_tag
def fact(content: str, label: Any, **options: Any) -> SafeString:
    """One row of facts. Options: change (a URL), change_text, source (text or markup shown under the value)."""
    return _part("fact", content=content, label=label, **options)


@register.simple_block_tag
def event(content: str, title: Any, **options: Any) -> SafeString:
    """One entry of a timeline. Options: icon, tone, when (datetime) or when_text, by, url."""
    return _part("event", content=content, title=title, **{"icon": "circle", "tone": "neutral", **options})


@register.simple_block_tag
def table(content: str, caption: Any, **options: Any) -> SafeString:
    """A table whose rows become blocks when narrow. Options: show_caption, wide (scrolls instead), id."""
    return _part("table", content=content, caption=caption, **options)


@register.simple_block_tag
def filters(content: str, title: Any = "") -> SafeString:
    """The filter column of a list, inside {% block filters %}; open without JavaScript, folded by it on phones."""
    return _part("filters", content=content, title=title or _("Filter"))


@register.simple_block_tag
def tabs(content: str, label: Any) -> SafeString:
    """A row of links to the parts of one thing, each with its own address."""
    return _part("tabs", content=content, label=label)


# Single lines


@register.simple_tag(takes_context=True)
def tab(
    context: template.Context, label: Any, url: str, *, active: bool | None = None, count: int | None = None
) -> SafeString:
    """One of the tabs; without `active`, it is the present one when its path is the page's."""
    if active is None:
        request = context.get("request")
        active = request is not None and request.path == url.partition("?")[0]
    current = _CURRENT_PAGE if active else ""
    number = "" if count is None else f" ({count})"
    return format_html('<li><a href="{}"{}>{}{}</a></li>', url, current, label, number)


@register.simple_tag
def crumb(label: Any, url: str = "") -> SafeString:
    """One step of the way here; the last has no address."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html('<li aria-current="page">{}</li>', label)


@register.simple_tag
def chip(text: Any, remove_url: str = "") -> SafeString:
    """A filter in force, with the address of the same list without it."""
    return _part("chip", text=text, remove_url=remove_url)


@register.simple_tag
def task(label: Any, url: str = "", state: str = "not_started", note: Any = "") -> SafeString:
    """One line of a task list. States: not_started, started, done, blocked (no link), now."""
    tone, words = _TASK_STATES[state]
    return _task(label, "" if state == "blocked" else url, badge(words, tone), note=note)


@register.simple_tag
def step(label: Any, state: str = "not_started", url: str = "") -> SafeString:
    """One step of several; the list numbers them."""
    tone, words = _TASK_STATES[state]
    return _task(label, url, badge(words, tone), current=_CURRENT_STEP if state == "now" else "")


def _task(label: Any, url: str, status: SafeString, *, note: Any = "", current: str = "") -> SafeString:
    shown = format_html('<a href="{}">{}</a>', url, label) if url else label
    noted = format_html('<span class="task__note">{}</span>', note) if note else ""
    return format_html(
        '<li class="task"{}><span class="task__label">{}{}</span> {}</li>', current, shown, noted, status
    )


@register.simple_tag
def stat(label: Any, value: Any, **options: Any) -> SafeString:
    """A headline number. Options: link and link_text, note, tone (of the note), as_of (a date printed beside it)."""
    return _part("stat", label=label, value=value, **options)


@register.simple_tag
def pagination(previous: str = "", next: str = "", summary: Any = "") -> SafeString:
    """Links to the pages before and after; keyset lists have no page numbers."""
    return _part("pagination", previous=previous, next=next, summary=summary)


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The scheme the person chose, or '' to follow the device. Works on pages rendered without a request."""
    request = context.get("request")
    chosen = request.COOKIES.get(THEME_COOKIE, "") if request is not None else ""
    return chosen if chosen in THEMES else ""
