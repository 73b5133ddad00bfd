"""Reference data of cases in Django's admin: parties, regions, units, tags. No case content."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from casework.accounts.admin_site import ReferenceAdmin
from casework.cases.models import Party, Region, Tag, Unit


@admin.register(Party)
class PartyAdmin(ReferenceAdmin):
    list_display = ["code", "name"]
    fields = ["code", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Party | None = None) -> list[str]:
        """The code is how everything else names the row: another one would be another row."""
        return ["code"] if obj else []


@admin.register(Region)
class RegionAdmin(ReferenceAdmin):
    list_display = ["code", "name", "local_name", "country"]
    list_filter = ["country"]
    search_fields = ["code", "name", "local_name"]
    fields = ["code", "country", "name", "local_name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Region | None = None) -> list[str]:
        return ["code"] if obj else []


@admin.register(Unit)
class UnitAdmin(ReferenceAdmin):
    list_display = ["name", "party"]
    list_filter = ["party"]
    list_select_related = ["party"]
    search_fields = ["name"]
    fields = ["name", "party", "note"]


@admin.register(Tag)
class TagAdmin(ReferenceAdmin):
    list_display = ["name"]
    search_fields = ["name"]
    fields = ["name"]
