"""The way through the office: sections by work, each person sees the rooms that they may open."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from casework.accounts.access import can_see_people
from casework.accounts.models import Role, Team, User
from casework.figures.access import can_read_figures
from casework.findings.queries import waiting_for
from casework.integrity.access import can_read_heads
from casework.office.access import can_read_audit, can_read_integrity

MOST_COUNTED = 99


@dataclass
class Entry:
    """One line of the navigation. `waiting` is asked only when the line is drawn."""

    label: Any
    url: str
    icon: str
    active: bool = False
    waiting: Callable[[], str] = field(default=lambda: "", repr=False)

    @cached_property
    def count(self) -> str:
        """How many things wait there; empty for none."""
        return self.waiting()


@dataclass
class Section:
    """A group of entries; the first has no label."""

    label: Any
    items: list[Entry]


def reads_cases(user: User) -> bool:
    """Whether the person has a team whose cases they read."""
    return bool(user.reading_teams)


def everyone(user: User) -> bool:
    return True


def reads_heads_alone(user: User) -> bool:
    """Whether of the pages of integrity only that of heads is open to the person."""
    return can_read_heads(user) and not can_read_integrity(user)


# label, name of the page, icon, who may open it
ENTRIES: tuple[tuple[Any, tuple[tuple[Any, str, str, Callable[[User], bool]], ...]], ...] = (
    (
        "",
        (
            (_("Home"), "office:home", "layout-dashboard", everyone),
            (_("Cases"), "cases:list", "folder-open", reads_cases),
            (_("Evidence"), "evidence:list", "paperclip", reads_cases),
            (_("Imports"), "imports:list", "package-open", reads_cases),
            (_("Related footage"), "recognition:pairs", "copy", reads_cases),
            (_("Review queue"), "findings:review_queue", "clipboard-check", reads_cases),
            (_("Referrals"), "referrals:list", "send", reads_cases),
            (_("Statements"), "statements:list", "megaphone", reads_cases),
        ),
    ),
    (_("Analysis"), ((_("Figures"), "figures:figures", "chart-column", can_read_figures),)),
    (
        _("Administration"),
        (
            (_("People and access"), "accounts:people", "users", can_see_people),
            (_("Reference data"), "admin:index", "book-text", lambda user: user.is_administrator),
            (_("Audit"), "office:audit", "scroll-text", can_read_audit),
            (_("Integrity"), "office:integrity", "shield-check", can_read_integrity),
            (_("Integrity"), "integrity:heads", "shield-check", reads_heads_alone),
        ),
    ),
)


def sections(user: User, path: str, facts: Facts) -> list[Section]:
    """The navigation of `user`, with the entry of the page at `path` marked. No query but that of the counts."""
    found = []
    for label, entries in ENTRIES:
        items = [_entry(facts, *entry) for entry in entries if entry[3](user)]
        if items:
            found.append(Section(label, items))
    _mark([entry for section in found for entry in section.items], path)
    return found


def _entry(facts: Facts, label: Any, name: str, icon: str, allowed: Callable[[User], bool]) -> Entry:
    waiting = (lambda: facts.reviews) if name == "findings:review_queue" else (lambda: "")
    return Entry(label, _address(name, get_script_prefix()), icon, waiting=waiting)


@cache
def _address(name: str, prefix: str) -> str:
    """The address of a page that takes no arguments; `prefix` is where the site is mounted."""
    return reverse(name)


# Pages whose address does not begin with that of the entry they belong to.
ELSEWHERE = {
    "sources": "/evidence/", "recipients": "/referrals/", "teams": "/people/", "findings": "/reviews/",
    "victims": "/cases/", "perpetrators": "/cases/", "moments": "/cases/", "tasks": "/cases/",
    "assignments": "/cases/", "grants": "/cases/",
}  # fmt: skip


def _mark(entries: list[Entry], path: str) -> None:
    """Mark the entry with the longest address that the page's address begins with; Home only at its own."""
    path = ELSEWHERE.get(path.strip("/").partition("/")[0], path)
    candidates = [entry for entry in entries if path == entry.url or (entry.url != "/" and path.startswith(entry.url))]
    if candidates:
        max(candidates, key=lambda entry: len(entry.url)).active = True


class Facts:
    """What the frame of a page knows of the person from the database: the names of their teams, and how many reviews
    wait for them. The names came with the person's roles; for reviewers it is one query, made when a page first draws
    either."""

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def teams(self) -> dict[Any, tuple[str, int]]:
        """Name and number of waiting reviews of each team in which the person has a role."""
        reviews = self.user.teams_as(Role.REVIEWER)
        read = getattr(self.user, "grants_read", None)
        if read is not None and not reviews:
            return {uuid.UUID(row["team"]): (row["name"], 0) for row in read if row["team"]}
        rows = Team.objects.filter(pk__in=[pk for pk in self.user.roles if pk])
        if not reviews:
            return {pk: (name, 0) for pk, name in rows.values_list("pk", "name")}
        waiting = waiting_for(self.user).filter(case__team=OuterRef("pk")).order_by().values("pk")[: MOST_COUNTED + 1]
        rows = rows.annotate(waiting=ArraySubquery(waiting))
        return {pk: (name, len(ids)) for pk, name, ids in rows.values_list("pk", "name", "waiting")}

    @property
    def reviews(self) -> str:
        """How many proposed findings the person could decide, as '7' or '99+'; empty for none."""
        if not self.user.teams_as(Role.REVIEWER):
            return ""
        waiting = sum(number for _name, number in self.teams.values())
        return f"{MOST_COUNTED}+" if waiting > MOST_COUNTED else str(waiting or "")

    @property
    def line(self) -> str:
        """'Investigator, Team East'; several roles and teams in a row."""
        lines = []
        for team_id, roles in self.user.roles.items():
            held = ", ".join(str(Role(role).label) for role in Role.values if role in roles)
            lines.append(f"{held}, {self.teams[team_id][0]}" if team_id in self.teams else held)
        return " · ".join(sorted(lines))
