"""Django's entry for the statements app."""

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "casework.statements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell on the pages of evidence which statements it captures."""
        from casework.statements.citing import register_citations

        register_citations()
