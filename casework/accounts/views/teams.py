"""Pages of teams."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework.accounts import access, actions
from casework.accounts.forms import TeamForm
from casework.accounts.models import RoleGrant, Team
from casework.accounts.step_up import step_up_required
from casework.accounts.views.people import for_administration, form_methods
from casework.audit import clock
from casework.core.access import require, visible_or_404
from casework.core.errors import DomainError
from casework.core.http import AuthenticatedRequest, add_error, render_form
from casework.core.once import once


@require_safe
@for_administration
def teams(request: AuthenticatedRequest) -> HttpResponse:
    now = clock.now()
    held = Q(rolegrant__granted_at__lte=now, rolegrant__ends_at__gt=now, rolegrant__user__is_active=True)
    rows = Team.objects.visible_to(request.user).annotate(people=Count("rolegrant__user", filter=held, distinct=True))
    return render(request, "accounts/teams.html", {"teams": rows, "can_manage": access.can_manage_teams(request.user)})


@require_safe
@for_administration
def team(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    shown = visible_or_404(Team, request.user, pk=pk)
    held = (
        RoleGrant.objects.in_force()
        .filter(team=shown)
        .select_related("user", "granted_by")
        .order_by("user__name", "role")
    )
    context = {"team": shown, "held": held, "can_manage": access.can_manage_teams(request.user, shown)}
    return render(request, "accounts/team.html", context)


@form_methods
@for_administration
@step_up_required
def create_team(request: AuthenticatedRequest) -> HttpResponse:
    require(access.can_manage_teams, request.user, None)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            url = once(request, form, lambda: _made(request, form))
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("The team is made. Give people roles in it."))
            return redirect(url)
    return render_form(request, "accounts/team_form.html", form)


def _made(request: AuthenticatedRequest, form: TeamForm) -> str:
    return reverse("accounts:team", args=[actions.create_team(actor=request.user, **form.cleaned_data).pk])


@form_methods
@for_administration
@step_up_required
def change_team(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    shown = visible_or_404(Team, request.user, pk=pk)
    require(access.can_manage_teams, request.user, shown)
    initial = {name: getattr(shown, name) for name in ("name", "description", "tells_of_related")}
    form = TeamForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_team(shown, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("The team is changed."))
            return redirect("accounts:team", pk=shown.pk)
    return render_form(request, "accounts/team_form.html", form, {"team": shown})
