"""Django's admin as this office uses it: reference data and accounts, for administrators, and no case content.

Other rooms register their reference data with `ReferenceAdmin` in their admin.py. Every change is recorded in the
audit in its own transaction; nothing is written to Django's own log of the admin, which anyone could edit.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import NestedObjects
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import models, router
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.accounts import access
from casework.accounts.step_up import ask_again, is_recent, second_factor_missing
from casework.audit.events import Event
from casework.audit.record import record
from casework.core.access import require
from casework.core.http import safe_next


class ReferenceDataSite(admin.AdminSite):
    """Served to administrators with a recent proof of who they are; sign-in and sign-out are the office's own."""

    site_header = site_title = gettext_lazy("Reference data")
    index_title = gettext_lazy("What cases and referrals point to")
    site_url = "/"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only what is kept by `ReferenceAdmin`: packages would also bring their own pages, and with them the secrets
        of second factors and the arguments of jobs."""
        if isinstance(admin_class, type) and issubclass(admin_class, ReferenceAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and access.can_keep_reference_data(request.user)  # type: ignore[arg-type]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every page of the admin: signed in, an administrator, with a second factor, proved again of late."""
        inner = super().admin_view(view, cacheable)

        @functools.wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require(access.can_keep_reference_data, request.user, None, _("Reference data is kept by administrators."))
            if elsewhere := second_factor_missing(request):
                return elsewhere
            return inner(request, *args, **kwargs) if is_recent(request) else ask_again(request)

        return guarded

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect_to_login(safe_next(request, reverse("admin:index")))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return HttpResponseRedirect(reverse("account_change_password"))

    password_change_done = password_change


class ReferenceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists, adds, changes and deletes rows of one kind of reference data."""

    actions = None
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._record(request, obj, "added", message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._record(request, obj, "changed", message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[models.Model]) -> Any:
        for obj in queryset:
            self._record(request, obj, "deleted", [])

    @staticmethod
    def _record(request: HttpRequest, obj: models.Model, act: str, message: Any) -> None:
        """Inside the transaction in which Django's admin writes."""
        changed = [
            field for part in message if isinstance(part, dict) for field in part.get("changed", {}).get("fields", [])
        ]
        record(
            Event.REFERENCE_DATA_CHANGED,
            actor=request.user,
            obj=obj,
            detail={
                "act": act,
                "kind": obj._meta.label_lower,
                "row": str(obj)[:200],
                "fields": [str(f) for f in changed],
            },
        )

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """What a deletion would take along, as counts: Django would print the titles of the cases that stand in its
        way, and an administrator reads no case content."""
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        taken = [rows for rows in collector.model_objs.values() if rows]
        counts = {str(next(iter(rows))._meta.verbose_name_plural): len(rows) for rows in taken}
        protected = []
        if collector.protected:
            number = len(collector.protected)
            protected = [ngettext("%d record that uses it", "%d records that use it", number) % number]
        return [str(obj) for obj in objs], counts, set(), protected

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Not here: the audit holds it, for auditors."""
        raise Http404


class ReadOnlyAdmin(ReferenceAdmin):
    """Looked at here, changed on the pages of the office, where the rules are."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
