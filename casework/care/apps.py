"""Django's entry for the care app."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "casework.care"
    default_auto_field = "django.db.models.BigAutoField"
