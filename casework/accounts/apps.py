"""Django's entry for the accounts app, and for the admin that serves reference data."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    name = "casework.accounts"
    default_auto_field = "django.db.models.BigAutoField"
    default = True

    def ready(self) -> None:
        # Receivers and the OpenAPI description of tokens are known once their modules are read.
        for module in ("signals", "authentication"):
            import_module(f"casework.accounts.{module}")


class ReferenceDataAdminConfig(admin.AdminConfig):
    """Django's admin, served by our own site."""

    default = False
    default_site = "casework.accounts.admin_site.ReferenceDataSite"
