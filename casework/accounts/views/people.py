"""Pages of administrators and auditors: who works here, in which roles, with which second factor."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Mapping

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from casework.accounts import access, actions
from casework.accounts.filters import PersonFilters
from casework.accounts.forms import GrantForm, InviteForm, ReasonForm
from casework.accounts.models import RoleGrant, User
from casework.accounts.step_up import second_factor_missing, step_up_required
from casework.core.access import require, visible_or_404
from casework.core.errors import DomainError
from casework.core.filters import active_chips
from casework.core.http import AuthenticatedRequest, add_error, render_form
from casework.core.once import once
from casework.core.paging import capped_count, count_text, keyset_page

form_methods = require_http_methods(["GET", "HEAD", "POST"])
View = Callable[..., HttpResponseBase]


def for_administration(view: View) -> View:
    """Administrators and auditors only; administrators with a second factor, where the office requires one."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        require(access.can_see_people, request.user, None, _("People and teams are kept by administrators."))
        return second_factor_missing(request) or view(request, *args, **kwargs)

    return wrapped


@require_safe
@for_administration
def people(request: AuthenticatedRequest) -> HttpResponse:
    held = Prefetch("role_grants", RoleGrant.objects.in_force().select_related("team"), to_attr="held")
    known = User.objects.visible_to(request.user).with_second_factor_state().prefetch_related(held)
    filters = PersonFilters(request.GET, queryset=known, request=request)
    rows = filters.rows()
    page = keyset_page(
        rows, request.GET, orderings={"name": ("name",), "-created": ("-created_at",)}, default="name", page_size=50
    )
    return render(
        request,
        "accounts/people.html",
        {
            "filters": filters,
            "chips": active_chips(filters, request),
            "page": page,
            "count": count_text(*capped_count(rows)),
            "can_invite": access.can_invite_person(request.user),
        },
    )


@require_safe
@for_administration
def person(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    shown = visible_or_404(User.objects.with_second_factor_state(), request.user, pk=pk)
    grants = list(shown.role_grants.select_related("team", "granted_by", "ended_by"))
    return render(
        request,
        "accounts/person.html",
        {
            "person": shown,
            "held": [grant for grant in grants if grant.in_force],
            "past": [grant for grant in grants if not grant.in_force],
            "sessions": UserSession.objects.filter(user=shown).count(),
            "tokens": shown.tokens.usable().count(),
            "open_link": shown.invitations.open().first(),
            "may": {
                "grant": access.can_grant_role(request.user, shown) and shown.is_active,
                "end": access.can_invite_person(request.user),
                "disable": access.can_disable_user(request.user, shown),
                "link": access.can_make_new_link(request.user, shown),
                "reset": access.can_reset_second_factor(request.user, shown) and shown.has_second_factor,
            },
        },
    )


@form_methods
@for_administration
@step_up_required
@never_cache
def invite(request: AuthenticatedRequest) -> HttpResponse:
    require(access.can_invite_person, request.user, None)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, link = actions.invite_person(actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            return render(request, "accounts/link.html", {"person": made, "link": link})
    return render_form(request, "accounts/invite.html", form)


@form_methods
@for_administration
@step_up_required
@never_cache
def new_link(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    shown = visible_or_404(User, request.user, pk=pk)
    require(access.can_make_new_link, request.user, shown)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            link = actions.make_new_link(shown, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_error(form, error)
        else:
            return render(request, "accounts/link.html", {"person": shown, "link": link})
    context = {
        "person": shown,
        "title": _("New link"),
        "submit_text": _("Make a new link"),
        "consequences": [
            _("You are shown a link, once. With it the person sets a new password within 7 days."),
            _("Links given to them before stop working. Using the link ends their sessions."),
        ],
    }
    return render_form(request, "accounts/person_confirm.html", form, context)


@form_methods
@for_administration
@step_up_required
def grant_role(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    shown = visible_or_404(User, request.user, pk=pk)
    require(access.can_grant_role, request.user, shown, _("Nobody gives a role to themselves."))
    form = GrantForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        ends_at = values.pop("ends_on")

        def save() -> str:
            actions.grant_role(shown, actor=request.user, ends_at=ends_at, **values)
            return reverse("accounts:person", args=[shown.pk])

        try:
            url = once(request, form, save)
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("The role is given."))
            return redirect(url)
    return render_form(request, "accounts/grant_role.html", form, {"person": shown})


@form_methods
@for_administration
@step_up_required
def end_role(request: AuthenticatedRequest, pk: uuid.UUID, grant_pk: uuid.UUID) -> HttpResponse:
    shown = visible_or_404(User, request.user, pk=pk)
    grant = visible_or_404(RoleGrant.objects.filter(user=shown).select_related("team"), request.user, pk=grant_pk)
    require(access.can_end_role, request.user, grant)
    context = {
        "title": _("End a role"),
        "submit_text": _("End the role"),
        "consequences": [
            _("%(name)s is no longer %(role)s, from their next click on.") % {"name": shown, "role": grant},
            _("What they did in the role stays as it is."),
        ],
    }
    return _confirmed(
        request, shown, context, lambda reason: actions.end_role(grant, actor=request.user, reason=reason)
    )


@form_methods
@for_administration
@step_up_required
def disable(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    shown = visible_or_404(User, request.user, pk=pk)
    require(access.can_disable_user, request.user, shown)
    context = {
        "title": _("Disable the account"),
        "submit_text": _("Disable the account"),
        "consequences": [
            _("All sessions, API tokens and open links of %(name)s end at once.") % {"name": shown},
            _("Their work and their name on it stay. Roles are kept and come back when you enable the account."),
        ],
    }
    return _confirmed(
        request, shown, context, lambda reason: actions.disable_user(shown, actor=request.user, reason=reason)
    )


@form_methods
@for_administration
@step_up_required
def enable(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    shown = visible_or_404(User, request.user, pk=pk)
    require(access.can_enable_user, request.user, shown)
    held = RoleGrant.objects.in_force().filter(user=shown).select_related("team")
    context = {
        "title": _("Enable the account"),
        "submit_text": _("Enable the account"),
        "tone": "",
        "consequences": [
            _("%(name)s can sign in again with their password.") % {"name": shown},
            *(_("They are again: %(role)s.") % {"role": grant} for grant in held),
        ],
    }
    return _confirmed(
        request, shown, context, lambda reason: actions.enable_user(shown, actor=request.user, reason=reason)
    )


@form_methods
@for_administration
@step_up_required
def reset_factor(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    shown = visible_or_404(User, request.user, pk=pk)
    require(access.can_reset_second_factor, request.user, shown)
    context = {
        "title": _("Take away the second factor"),
        "submit_text": _("Take away the second factor"),
        "consequences": [
            _("App, keys and recovery codes of %(name)s stop working and their sessions end.") % {"name": shown},
            _("Until they add another, their password alone lets them in. Be sure that it is they who ask."),
        ],
    }
    return _confirmed(
        request, shown, context, lambda reason: actions.reset_second_factor(shown, actor=request.user, reason=reason)
    )


def _confirmed(
    request: AuthenticatedRequest, shown: User, context: Mapping[str, object], act: Callable[[str], object]
) -> HttpResponse:
    """The page that asks again, with a reason; once sent, the act and back to the person."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("Done and recorded."))
            return redirect("accounts:person", pk=shown.pk)
    return render_form(request, "accounts/person_confirm.html", form, {"tone": "bad", **context, "person": shown})
