"""Django's entry for the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "casework.accounts"
    default_auto_field = "django.db.models.BigAutoField"
