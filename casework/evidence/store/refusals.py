"""What the store says when it cannot take or give bytes, and the errors of a disk in the domain's own words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from casework.core.errors import DomainError, IntegrityFailure, Invalid, StorageFull, TooLarge

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


class EmptyFile(Invalid):
    """A file of 0 bytes: there is nothing to preserve."""

    status = 422
    code = "empty_file"


class StoreUnreachable(DomainError):
    """The storage did not answer, or refused. Nothing is known of the bytes; nothing was recorded."""

    status = 503
    code = "store_unreachable"


def too_large(limit: int) -> TooLarge:
    """The refusal of more bytes than permitted or announced."""
    return TooLarge(_("The file is larger than permitted or announced (%(limit)s bytes).") % {"limit": limit})


def storage_full() -> StorageFull:
    """The refusal for want of room."""
    return StorageFull(_("The store has no room for the file. Nothing was recorded. Tell the administrator."))


def unreachable() -> StoreUnreachable:
    """The refusal while the storage cannot be asked."""
    return StoreUnreachable(
        _("The evidence storage does not answer. Nothing was recorded. Try again; if it lasts, tell an administrator.")
    )


def missing() -> IntegrityFailure:
    """The refusal to go on without bytes that ought to be there."""
    return IntegrityFailure(_("The stored file is missing or damaged. Tell the administrator."))


@contextmanager
def storage_errors() -> Iterator[None]:
    """A full disk or quota as the domain's own error; any other failure of the disk stays what it is."""
    try:
        yield
    except DomainError:
        raise
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise storage_full() from error
        raise
