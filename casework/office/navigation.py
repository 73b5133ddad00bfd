"""The way through the office: sections by work, each person sees the rooms that they may open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Role, Team, User
from casework.figures.access import can_read_figures
from casework.findings.models import Finding

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


def oversees(user: User) -> bool:
    """Administrators and auditors."""
    return user.is_administrator or user.is_auditor


def everyone(user: User) -> bool:
    return True


# label, name of the page, icon, who may open it
ENTRIES: tuple[tuple[Any, tuple[tuple[Any, str, str, Callable[[User], bool]], ...]], ...] = (
    (
        "",
        (
            (_("Home"), "office:home", "layout-dashboard", everyone),
            (_("Cases"), "cases:list", "folder-open", reads_cases),
            (_("Evidence"), "evidence:list", "paperclip", reads_cases),
            (_("Review queue"), "findings:queue", "clipboard-check", reads_cases),
            (_("Referrals"), "referrals:list", "send", reads_cases),
            (_("Statements"), "statements:list", "megaphone", reads_cases),
        ),
    ),
    (_("Analysis"), ((_("Figures"), "figures:figures", "chart-column", can_read_figures),)),
    (
        _("Administration"),
        (
            (_("People and access"), "accounts:people", "users", lambda user: user.is_administrator),
            (_("Reference data"), "admin:index", "book-text", lambda user: user.is_administrator),
            (_("Audit"), "office:audit", "scroll-text", oversees),
            (_("Integrity"), "office:integrity", "shield-check", lambda user: user.is_auditor),
        ),
    ),
)


def sections(user: User, path: str) -> list[Section]:
    """The navigation of `user`, with the entry of the page at `path` marked. No query but the counts."""
    found = []
    for label, entries in ENTRIES:
        items = [_entry(user, *entry) for entry in entries if entry[3](user) and _address(entry[1])]
        if items:
            found.append(Section(label, items))
    _mark([entry for section in found for entry in section.items], path)
    return found


def _entry(user: User, label: Any, name: str, icon: str, allowed: Callable[[User], bool]) -> Entry:
    waiting = (lambda: waiting_reviews(user)) if name == "findings:queue" else (lambda: "")
    return Entry(label, _address(name), icon, waiting=waiting)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _mark(entries: list[Entry], path: str) -> None:
    """The entry with the longest address that the page's address begins with; Home only at its own."""
    candidates = [entry for entry in entries if path == entry.url or (entry.url != "/" and path.startswith(entry.url))]
    if candidates:
        max(candidates, key=lambda entry: len(entry.url)).active = True


def waiting_reviews(user: User) -> str:
    """How many proposed findings the person could decide, as '7' or '99+'. One query, none for other roles."""
    teams = user.teams_as(Role.REVIEWER)
    if not teams:
        return ""
    waiting = (
        Finding.objects.visible_to(user)
        .filter(state=Finding.State.PROPOSED, case__team__in=teams)
        .exclude(proposed_by=user)
        .order_by()
        .values("pk")[: MOST_COUNTED + 1]
        .count()
    )
    return f"{MOST_COUNTED}+" if waiting > MOST_COUNTED else str(waiting or "")


def user_line(user: User) -> str:
    """'Investigator, Team East'; several roles and teams in a row."""
    names = {team.pk: team.name for team in Team.objects.filter(pk__in=[pk for pk in user.roles if pk])}
    lines = []
    for team_id, roles in user.roles.items():
        held = ", ".join(str(Role(role).label) for role in Role.values if role in roles)
        lines.append(f"{held}, {names[team_id]}" if team_id in names else held)
    return " · ".join(sorted(lines))
