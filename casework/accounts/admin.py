"""Accounts in Django's admin: to look at. They are changed under /people/ and /teams/."""

from __future__ import annotations

from django.contrib import admin

from casework.accounts.admin_site import ReadOnlyAdmin
from casework.accounts.models import RoleGrant, Team, User


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ["name", "email", "is_active", "created_at", "disabled_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "email"]
    fields = ["name", "email", "is_active", "created_at", "disabled_at", "last_login"]


@admin.register(Team)
class TeamAdmin(ReadOnlyAdmin):
    list_display = ["name", "created_at"]
    search_fields = ["name"]
    fields = ["name", "description", "created_at"]


@admin.register(RoleGrant)
class RoleGrantAdmin(ReadOnlyAdmin):
    list_display = ["user", "role", "team", "granted_by", "granted_at", "ends_at"]
    list_filter = ["role", "team"]
    list_select_related = ["user", "team", "granted_by"]
    fields = ["user", "role", "team", "granted_by", "granted_at", "reason", "ends_at", "ended_by"]
