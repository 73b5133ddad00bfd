"""The domain's own errors, raised by actions and mapped once to HTTP for pages and once for the API.

Each carries a message for the person who acted: what happened, and what to do next. None carries
content of a record that the person may not see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """Something the domain refuses. `status` is the HTTP status that pages and the API answer with."""

    status = 400
    code = "refused"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = str(message)
        if code:
            self.code = code


class NotAllowed(DomainError):
    """The person sees the object but may not do this with it."""

    status = 403
    code = "not_allowed"


class StepUpRequired(NotAllowed):
    """The act needs the person to prove again, at the page, that it is they: approving, sending, granting."""

    code = "step_up_required"


class NotFound(DomainError):
    """The object does not exist or the person may not know that it does; the two answer alike."""

    status = 404
    code = "not_found"


class Conflict(DomainError):
    """The object is not in a state that permits this, or somebody else changed it first."""

    status = 409
    code = "conflict"


class Blocked(Conflict):
    """A rule of the field stands in the way. `reasons` names each one, in words a person can act on."""

    code = "blocked"

    def __init__(self, message: str, *, reasons: Sequence[str] = (), code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.reasons = [str(reason) for reason in reasons]


class Invalid(DomainError):
    """The input breaks a rule. `fields` maps a field's name to its messages."""

    status = 400
    code = "invalid"

    def __init__(
        self, message: str, *, fields: Mapping[str, Sequence[str]] | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.fields = {name: [str(text) for text in texts] for name, texts in (fields or {}).items()}


class TooLarge(DomainError):
    """More bytes than the configured limit, or than was declared."""

    status = 413
    code = "too_large"


class StorageFull(DomainError):
    """The store has no room. Nothing was recorded; what was there is unharmed."""

    status = 507
    code = "storage_full"


class IntegrityFailure(DomainError):
    """Stored bytes no longer match their recorded hash, or are missing. They are neither served nor sent."""

    status = 409
    code = "integrity_failure"
