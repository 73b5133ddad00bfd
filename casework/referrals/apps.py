"""Django's entry for the referrals app: the recipients on first migration, its part of the case page, whom caveats
list."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReferralsConfig(AppConfig):
    name = "casework.referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Announce this room to those below."""
        from casework.evidence.caveats import register_recipients
        from casework.referrals.case_room import register_room
        from casework.referrals.citing import register_citations
        from casework.referrals.queries import recipients_in_use
        from casework.referrals.reference_data import ensure_recipients

        post_migrate.connect(ensure_recipients, sender=self)
        register_recipients(recipients_in_use)
        register_room()
        register_citations()
