"""Django's entry for the referrals app."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "casework.referrals"
    default_auto_field = "django.db.models.BigAutoField"
