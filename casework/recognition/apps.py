"""Django's entry for the recognition app."""

from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    name = "casework.recognition"
    default_auto_field = "django.db.models.BigAutoField"
