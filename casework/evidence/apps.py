"""Django's entry for the evidence app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "casework.evidence"
    default_auto_field = "django.db.models.BigAutoField"
