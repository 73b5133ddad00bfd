"""Django's entry for the integrity app."""

from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "casework.integrity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell on an item's page whether it is sealed, and have the settings of heads checked."""
        from django.core import checks

        from casework.evidence.item_rooms import Panel, register
        from casework.integrity.checks import check_heads
        from casework.integrity.heads_page import item_seal

        register(Panel(key="seal", order=40, template="integrity/_item_seal.html", facts=item_seal, aside=True))
        checks.register(check_heads, checks.Tags.security)
