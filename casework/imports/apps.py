"""Django's entry for the imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "casework.imports"
    default_auto_field = "django.db.models.BigAutoField"
