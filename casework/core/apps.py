"""Django's entry for the core app: its commands, and the system checks of the whole."""

from django.apps import AppConfig

from casework import checks


class CoreConfig(AppConfig):
    name = "casework.core"

    def ready(self) -> None:
        checks.register_all()
