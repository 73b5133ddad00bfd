"""What Home shows to whom. Every list is short and begins with what should not wait; every number leads to its list."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.accounts.models import Invitation, Role, RoleGrant, Team, User
from casework.audit import clock
from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.cases.models import Case, CaseAssignment, Task
from casework.core.charts import Chart, month_chart
from casework.core.paging import capped_count, count_text
from casework.evidence.models import Blob, Item
from casework.figures.counting import headline_queries, total_figure
from casework.findings.models import Conclusion, Finding
from casework.findings.queries import own_proposals, waiting_for
from casework.office import integrity
from casework.office.addresses import page
from casework.referrals.models import Referral
from casework.referrals.queries import waiting_for_approval

if TYPE_CHECKING:
    from casework.figures.counting import Total

SHORT = 6
CHART_MONTHS = 12
UNANSWERED_DAYS = 30
SOON_DAYS = 30
CONCLUSION_TONES = {
    Conclusion.CONFIRMED: "good", Conclusion.CONFIRMED_SIMILAR: "good", Conclusion.LIKELY: "info",
    Conclusion.POSSIBLE: "info", Conclusion.UNLIKELY: "neutral", Conclusion.NOT_VIOLATION: "neutral",
    Conclusion.UNKNOWN: "neutral",
}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """A headline number and where it leads."""

    label: str
    value: str
    link: str = ""
    link_text: str = ""
    note: str = ""
    tone: str = ""


@dataclass
class Desk:
    """The part of Home for people who work on cases."""

    tiles: list[Tile]
    tasks: list[Task]
    cases: list[Any]
    cases_title: str
    reviews: list[Finding]
    approvals: list[Referral]
    returned: list[Finding]
    unanswered: list[Referral]
    unlinked: list[Item]
    figures: list[Total]
    chart: Chart
    may_create: bool
    reviews_shown: bool


@dataclass
class Watch:
    """The part of Home for auditors."""

    tiles: list[Tile]
    notable: list[AuditEvent]
    integrity: integrity.Integrity


@dataclass
class Keys:
    """The part of Home for administrators; `damaged` are stored files that they have to restore."""

    tiles: list[Tile]
    unguarded: list[User]
    ending: list[RoleGrant]
    damaged: int = 0


@dataclass
class Home:
    """Home of one person: any of its parts, by the roles that they hold."""

    line: str
    desk: Desk | None = None
    watch: Watch | None = None
    keys: Keys | None = None
    empty: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.empty = not (self.desk or self.watch or self.keys)


def home_of(user: User) -> Home:
    """Everything that Home shows to `user`."""
    return Home(
        line=_line(user),
        desk=_desk(user) if user.reading_teams else None,
        watch=_watch() if user.is_auditor else None,
        keys=_keys() if user.is_administrator else None,
    )


def _line(user: User) -> str:
    """'Tuesday 24 November 2026 · Team East'."""
    teams = Team.objects.filter(pk__in=[pk for pk in user.roles if pk]).values_list("name", flat=True)
    return " · ".join([date_format(clock.today(), "l j F Y"), *teams])


def _counted(rows: QuerySet[Any]) -> str:
    return count_text(*capped_count(rows.order_by()))


def _desk(user: User) -> Desk:
    cases = Case.objects.visible_to(user)
    referrals = Referral.objects.visible_to(user)
    items = Item.objects.visible_to(user).unlinked()
    reviews = waiting_for(user)
    reviewer = bool(user.teams_as(Role.REVIEWER))
    mine = cases.filter(Exists(CaseAssignment.objects.filter(case=OuterRef("pk"), user=user, ended_at=None)))
    assigned = user.teams_as(Role.INVESTIGATOR) or mine.exists()
    return Desk(
        tiles=_desk_tiles(user, cases, referrals, items, reviews if reviewer else None),
        tasks=list(
            Task.objects.visible_to(user).open().filter(assignee=user).select_related("case")
            .order_by(F("due_on").asc(nulls_last=True), "created_at", "id")[:SHORT]
        ),
        cases=_recent(mine if assigned else cases),
        cases_title=_("Your recent cases") if assigned else _("Cases changed last"),
        reviews=list(reviews.select_related("case", "proposed_by")[:SHORT]) if reviewer else [],
        approvals=list(waiting_for_approval(user).select_related("recipient")[:SHORT]),
        returned=list(own_proposals(user).filter(state=Finding.State.RETURNED).select_related("case")[:SHORT]),
        unanswered=list(referrals.overdue().select_related("recipient").order_by("sent_on", "id")[:SHORT]),
        unlinked=list(items.order_by("registered_at", "id")[:SHORT]),
        figures=[total_figure(query, user) for query in headline_queries()],
        chart=_chart(cases),
        may_create=bool(user.teams_as(Role.INVESTIGATOR)),
        reviews_shown=reviewer,
    )  # fmt: skip


def _desk_tiles(user: User, cases: Any, referrals: Any, items: Any, reviews: Any) -> list[Tile]:
    month = clock.today().replace(day=1)
    opened = cases.filter(created_at__date__gte=month).count()
    tiles = [
        Tile(_("Open cases"), _counted(cases.open()), f"{page('cases:list')}?state=open", _("Open the list"),
             _("+%(count)s this month") % {"count": opened} if opened else "", "good")
    ]  # fmt: skip
    if reviews is not None:
        tiles.append(
            Tile(_("Waiting for your review"), _counted(reviews), page("findings:review_queue"), _("Open the queue"))
        )
    else:
        waiting = Finding.objects.visible_to(user).filter(state=Finding.State.PROPOSED)
        queue = page("findings:review_queue")
        tiles.append(Tile(_("Findings waiting for review"), _counted(waiting), queue, _("Your own proposals")))
    unanswered = referrals.without_answer_since(UNANSWERED_DAYS)
    tiles.append(
        Tile(_("Referrals without an answer for over %(days)s days") % {"days": UNANSWERED_DAYS}, _counted(unanswered),
             f"{page('referrals:list')}?unanswered={UNANSWERED_DAYS}", _("Follow up"))
    )  # fmt: skip
    tiles.append(
        Tile(_("Evidence linked to no case"), _counted(items), f"{page('evidence:list')}?unlinked=true", _("Link it"))
    )
    return tiles


def _recent(cases: Any) -> list[Any]:
    """The cases changed last, each with the conclusion in force today."""
    in_force = Finding.objects.in_force(clock.today()).filter(case=OuterRef("pk"), state=Finding.State.APPROVED)
    proposed = Finding.objects.filter(case=OuterRef("pk"), state=Finding.State.PROPOSED)
    rows = list(
        cases.select_related("region")
        .annotate(conclusion=Subquery(in_force.order_by().values("conclusion")[:1]), in_review=Exists(proposed))
        .order_by("-updated_at", "-id")[:SHORT]
    )
    for row in rows:
        row.badge = _badge(row)
    return rows


def _badge(case: Any) -> tuple[str, str]:
    if case.in_review:
        return _("In review"), "warn"
    if case.conclusion:
        return str(Conclusion(case.conclusion).label), CONCLUSION_TONES[Conclusion(case.conclusion)]
    return _("No finding yet"), "neutral"


def _chart(cases: Any) -> Chart:
    """Cases opened in each of the last twelve months, of those that the person may see."""
    months = _last_months(clock.today())
    counted = dict(
        cases.filter(created_at__date__gte=months[0]).order_by().annotate(month=TruncMonth("created_at"))
        .values_list("month").annotate(number=Count("pk"))
    )  # fmt: skip
    by_day = {moment.date(): number for moment, number in counted.items()}
    return month_chart(
        [(date_format(month, "Y-m"), by_day.get(month, 0)) for month in months],
        title=_("New cases a month"),
        desc=_("Cases by the month in which they were opened, of those that you may see, as of %(day)s.")
        % {"day": date_format(clock.today(), "j F Y")},
        value_heading=_("New cases"),
    )


def _last_months(today: datetime.date) -> list[datetime.date]:
    months = [today.replace(day=1)]
    while len(months) < CHART_MONTHS:
        months.append((months[-1] - datetime.timedelta(days=1)).replace(day=1))
    return months[::-1]


def _watch() -> Watch:
    now = clock.now()
    refusals = AuditEvent.objects.filter(event=Event.REFUSED, at__gte=now - datetime.timedelta(days=7))
    glass = AuditEvent.objects.filter(event=Event.BROKE_GLASS, at__gte=now - datetime.timedelta(days=30))
    state = integrity.report()
    log = page("office:audit")
    tiles = [
        Tile(_("Break-glass in 30 days"), _counted(glass), f"{log}?event={Event.BROKE_GLASS.value}", _("Show them")),
        Tile(_("Refusals in 7 days"), _counted(refusals), f"{log}?event={Event.REFUSED.value}", _("Show them")),
        Tile(
            _("Stored files not sound"),
            str(state.unsound),
            page("integrity:fixity"),
            _("Checks of stored files"),
            tone="bad" if state.unsound else "",
        ),
        Tile(_("Links of the audit chain"), str(state.links), log, _("Open the audit log")),
    ]
    watched = [Event.BROKE_GLASS, Event.REFUSED, Event.SIGN_IN_FAILED, Event.ROLE_GRANTED, Event.CASE_ACCESS_GRANTED]
    notable = AuditEvent.objects.filter(event__in=watched).order_by("-position")[:8]
    return Watch(tiles=tiles, notable=list(notable), integrity=state)


def _keys() -> Keys:
    now = clock.now()
    guarded = Authenticator.objects.filter(user=OuterRef("pk"), type__in=["totp", "webauthn"])
    active = User.objects.active()
    unguarded = active.filter(~Exists(guarded)).order_by("name", "id")
    ending = (
        RoleGrant.objects.in_force().filter(ends_at__lt=now + datetime.timedelta(days=SOON_DAYS), user__is_active=True)
        .select_related("user", "team").order_by("ends_at", "id")
    )  # fmt: skip
    people = page("accounts:people")
    open_links = Invitation.objects.filter(Q(used_at=None) & Q(ends_at__gt=now))
    tiles = [
        Tile(_("People with an account"), _counted(active), people, _("People and access")),
        Tile(_("Without a second factor"), _counted(unguarded), people, _("Remind them")),
        Tile(_("Roles ending within 30 days"), _counted(ending), people, _("Renew or let end")),
        Tile(_("Invitations not taken up"), _counted(open_links), people, _("Show people")),
    ]
    damaged = Blob.objects.unsound().count()
    return Keys(tiles=tiles, damaged=damaged, unguarded=list(unguarded[:SHORT]), ending=list(ending[:SHORT]))
