"""Django's entry for the recognition app."""

from importlib import import_module

from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    name = "casework.recognition"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for stored files, and tell what is recognised where evidence asks."""
        from casework.recognition import hints

        import_module("casework.recognition.queue")
        hints.register_all()
