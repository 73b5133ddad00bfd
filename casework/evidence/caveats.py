"""Originator control: whether material may go to a recipient, and if not, why.

Recipients are kept by the room of referrals, above this one: it names them here with `register_recipients`, so that
forms can list them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from casework.evidence.models import Caveat, Item
from casework.evidence.models.items import Kind
from casework.evidence.models.kinds import Use

_recipients: list[Callable[[], Sequence[tuple[uuid.UUID, str]]]] = []


def register_recipients(provider: Callable[[], Sequence[tuple[uuid.UUID, str]]]) -> None:
    """Name the room that knows the recipients; `provider` gives (key, name) of each.
    Called from an AppConfig's `ready`."""
    _recipients[:] = [provider]


def recipient_choices() -> list[tuple[str, str]]:
    """The recipients that a caveat may list, as choices of a form."""
    return [(str(key), name) for provider in _recipients for key, name in provider()]


def recipient_names(keys: Sequence[uuid.UUID]) -> list[str]:
    """The names of listed recipients; a key that nobody knows any more stays a key."""
    names = dict(recipient_choices()) if keys else {}
    return [names.get(str(key), str(key)) for key in keys]


def limit_of(item: Item) -> Any:
    """What limits with whom the item may be shared, in a few words: the caveat, or a consent that does not reach so
    far; empty when any recipient may have it."""
    testimony = getattr(item, "testimony", None) if item.kind == Kind.TESTIMONY else None
    if testimony is not None and testimony.consent_withdrawn_on:
        return _("Consent withdrawn")
    if testimony is not None and Use.REFERRAL not in testimony.consent_uses:
        return _("No consent to referral")
    return item.get_caveat_display() if item.caveat in {Caveat.OFFICE, Caveat.LISTED} else ""


def may_disclose(item: Item, recipient: Any) -> bool:
    """Whether the source lets this recipient have the item and facts derived from it."""
    return not why_not_disclose(item, recipient)


def why_not_disclose(item: Item, recipient: Any) -> str:
    """What stands in the way of disclosing the item to this recipient (a model row or its key): the originator's
    caveat, or a witness's consent that does not reach so far; empty when nothing."""
    key = str(getattr(recipient, "pk", recipient))
    why = _caveat_problem(item, key) or _consent_problem(item, key)
    return f"{item.reference}: {why}" if why else ""


def _caveat_problem(item: Item, key: str) -> str:
    if item.caveat in {Caveat.ANY_RECIPIENT, Caveat.PUBLIC}:
        return ""
    if item.caveat == Caveat.OFFICE:
        return _("its source lets it be used by this office only.")
    if key in {str(listed) for listed in item.caveat_recipients}:
        return ""
    return _("its source lets it go to other recipients, not to this one.")


def _consent_problem(item: Item, key: str) -> str:
    """A testimony goes only where its witness agreed, and nowhere once they withdrew."""
    testimony = getattr(item, "testimony", None) if item.kind == Kind.TESTIMONY else None
    if testimony is None:
        return ""
    if testimony.consent_withdrawn_on:
        return _("the witness withdrew consent.")
    if Use.REFERRAL not in testimony.consent_uses:
        return _("the witness did not agree to its being referred to anybody.")
    if key not in {str(body) for body in testimony.consent_bodies}:
        return _("the witness agreed to its going to other bodies, not to this one.")
    return ""
