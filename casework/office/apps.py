"""Django's entry for the office app."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "casework.office"
    default_auto_field = "django.db.models.BigAutoField"
