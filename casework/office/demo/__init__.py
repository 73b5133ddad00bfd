"""The demonstration: a synthetic office whose figures reproduce what was published, laid down through real actions."""

from casework.office.demo.loading import load
from casework.office.demo.people import renew_accounts

__all__ = ["load", "renew_accounts"]
