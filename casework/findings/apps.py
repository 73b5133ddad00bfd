"""Django's entry for the findings app."""

from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "casework.findings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put this room's parts on the case page and on the pages of evidence."""
        from casework.findings import case_room, citing

        case_room.register_all()
        citing.register_citations()
