"""Django's entry for the integrity app."""

from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "casework.integrity"
    default_auto_field = "django.db.models.BigAutoField"
