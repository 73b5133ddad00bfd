"""Recipients in Django's admin: whom the office refers to, and what each may receive. No referral is reachable."""

from __future__ import annotations

from django.contrib import admin

from casework.accounts.admin_site import ReferenceAdmin
from casework.referrals.models import Recipient


@admin.register(Recipient)
class RecipientAdmin(ReferenceAdmin):
    list_display = ["code", "name", "kind", "channel", "days_to_acknowledge", "days_to_reply", "in_use"]
    list_filter = ["kind", "in_use"]
    search_fields = ["code", "name"]
    fieldsets = [
        (None, {"fields": ["code", "name", "kind", "in_use"]}),
        ("Channel", {"fields": ["channel", "contact", "openpgp_key"]}),
        ("Time to answer", {"fields": ["days_to_acknowledge", "days_to_reply"]}),
        (
            "What it may receive",
            {"fields": ["receives_names", "receives_perpetrators", "receives_files", "confidential_replies"]},
        ),
    ]
