"""Django's entry for the statements app."""

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "casework.statements"
    default_auto_field = "django.db.models.BigAutoField"
