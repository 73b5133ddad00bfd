"""Django's entry for the imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "casework.imports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say on the pages of evidence which import an item came with, and on those of cases how to bring more."""
        from casework.imports import case_room, reading

        case_room.register_room()
        reading.register_panel()
