"""Django's entry for the cases app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "casework.cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the reference data of a new office, and put this room's own parts on the case page."""
        from casework.cases import case_rooms, reference_data

        post_migrate.connect(reference_data.load, sender=self)
        case_rooms.register_all()
