"""Django's entry for the office app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from casework.cases.rooms import CaseRoom, register


class OfficeConfig(AppConfig):
    name = "casework.office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the history on every case page."""
        register(CaseRoom(key="history", order=90, label=_("History"), url_name="office:case_history"))
