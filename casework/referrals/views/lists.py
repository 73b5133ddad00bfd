"""The list and the board of referrals, a case's referrals, and what each recipient holds."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from casework.accounts.models import Role
from casework.cases.rooms import case_frame
from casework.cases.views.editing import CaseRequest, seen_case
from casework.core.access import visible_or_404
from casework.core.filters import active_chips
from casework.core.paging import capped_count, count_text, keyset_page
from casework.referrals.filters import ReferralFilters
from casework.referrals.models import Disclosure, Recipient, Referral
from casework.referrals.queries import outdated_holdings

ORDERINGS = {"-updated": ("-updated_at",), "sent": ("sent_on",), "-sent": ("-sent_on",)}
# The columns of the board, each for the states that call for the same kind of act.
BOARD = (
    ("draft", "returned"),
    ("awaiting_approval",),
    ("approved", "delivery_unknown"),
    ("sent",),
    ("acknowledged",),
    ("replied",),
)
MOST_ON_BOARD = 400


@require_GET
def referral_list(request: CaseRequest) -> HttpResponse:
    """All referrals that the person may see: a list page by page, or a board by recipient and state."""
    filters = ReferralFilters(request.GET, queryset=Referral.objects.visible_to(request.user), request=request)
    rows = filters.rows()
    count, capped = capped_count(rows)
    board = request.GET.get("view") == "board"
    context: dict[str, Any] = {
        "filters": filters,
        "chips": active_chips(filters, request),
        "count": count,
        "count_words": count_text(count, capped),
        "board": board,
        "may_prepare": bool(request.user.teams_as(Role.REFERRAL_OFFICER)),
    }
    wanted = rows.select_related("recipient").prefetch_related("cases__case")
    if board:
        context |= _board(wanted)
    else:
        context["page"] = keyset_page(wanted.order_by(), request.GET, orderings=ORDERINGS, default="-updated")
    invalid = filters.is_bound and not filters.is_valid()
    return render(request, "referrals/referral_list.html", context, status=422 if invalid else 200)


def _board(rows: Any) -> dict[str, Any]:
    """Open referrals in a row for each recipient and a column for each stage."""
    states = [state for column in BOARD for state in column]
    shown = list(rows.filter(state__in=states).order_by("recipient__name", "updated_at", "id")[: MOST_ON_BOARD + 1])
    lanes: dict[Any, dict[str, Any]] = {}
    for referral in shown[:MOST_ON_BOARD]:
        lane = lanes.setdefault(
            referral.recipient_id, {"recipient": referral.recipient, "columns": [[] for _ in BOARD]}
        )
        place = next(number for number, column in enumerate(BOARD) if referral.state in column)
        lane["columns"][place].append(referral)
    labels = [" / ".join(str(Referral.State(state).label) for state in column) for column in BOARD]
    for lane in lanes.values():
        lane["columns"] = list(zip(labels, lane["columns"], strict=True))
    return {"lanes": list(lanes.values()), "too_many": len(shown) > MOST_ON_BOARD, "labels": labels}


@require_GET
def case_referrals(request: CaseRequest, pk: Any) -> HttpResponse:
    """The case's referrals, and who holds what of it."""
    case = seen_case(request, pk)
    context = case_frame(case, request.user, active="referrals")
    context["register"] = (
        Disclosure.objects.visible_to(request.user).filter(case=case, item=None)
        .select_related("recipient", "referral", "finding", "package", "approved_by")
    )  # fmt: skip
    return render(request, "referrals/case_referrals.html", context)


@require_GET
def recipient_list(request: CaseRequest) -> HttpResponse:
    """Whom the office refers to, what each may receive, and how many referrals wait for each."""
    mine = Referral.objects.visible_to(request.user)
    recipients = list(Recipient.objects.visible_to(request.user))
    counts = {
        row["recipient"]: row
        for row in mine.order_by()
        .values("recipient")
        .annotate(all=Count("pk"), waiting=Count("pk", filter=Q(state__in=["sent", "acknowledged"])))
    }
    overdue = dict(mine.overdue().order_by().values_list("recipient").annotate(Count("pk")))
    rows = [
        {"recipient": one, "counts": counts.get(one.pk, {}), "overdue": overdue.get(one.pk, 0)} for one in recipients
    ]
    return render(request, "referrals/recipient_list.html", {"rows": rows})


@require_GET
def recipient_register(request: CaseRequest, pk: Any) -> HttpResponse:
    """The disclosure register of one recipient: which record, which version, when, on whose approval."""
    recipient = visible_or_404(Recipient, request.user, pk=pk)
    lines = (
        Disclosure.objects.visible_to(request.user).filter(recipient=recipient)
        .select_related("referral", "case", "finding", "item", "approved_by", "package")
    )  # fmt: skip
    page = keyset_page(
        lines.order_by(), request.GET, orderings={"-sent": ("-disclosed_at",)}, default="-sent", page_size=50
    )
    outdated = outdated_holdings(request.user).filter(recipient=recipient)
    return render(
        request, "referrals/recipient_register.html", {"recipient": recipient, "page": page, "outdated": outdated}
    )
