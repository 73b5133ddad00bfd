"""Django's entry for the cases app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "casework.cases"
    default_auto_field = "django.db.models.BigAutoField"
