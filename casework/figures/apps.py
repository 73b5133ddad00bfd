"""Django's entry for the figures app."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "casework.figures"
    default_auto_field = "django.db.models.BigAutoField"
