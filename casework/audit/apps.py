"""Django's entry for the audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "casework.audit"
    default_auto_field = "django.db.models.BigAutoField"
