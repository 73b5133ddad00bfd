"""Telling those who watch the store that files in it were found damaged. Mail is read on other machines: it carries no
reference, no name and no hash."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.accounts.models import Role, User
from casework.audit import clock
from casework.evidence.models import Blob


def tell_of_damage() -> int:
    """Write to every auditor and administrator how many files were found damaged since the last such mail; returns the
    number. When the mail does not leave, the same files are told of by the next try."""
    untold = list(Blob.objects.unsound().filter(told_at=None).values_list("pk", flat=True))
    if not untold:
        return 0
    people = User.objects.with_role(Role.AUDITOR) | User.objects.with_role(Role.ADMINISTRATOR)
    for address in sorted(set(people.values_list("email", flat=True))):
        send_mail(_("Stored files are damaged"), _text(len(untold)), None, [address])
    Blob.objects.filter(pk__in=untold).update(told_at=clock.now())
    return len(untold)


def _text(number: int) -> str:
    found = ngettext(
        "A check found %(count)s stored file damaged or missing.",
        "Checks found %(count)s stored files damaged or missing.",
        number,
    ) % {"count": number}
    return _(
        "%(found)s Nothing was deleted. These files are given to nobody, and no finding or referral goes on with "
        "them.\n\n"
        "Auditors: open Integrity, Checks of stored files, and see which.\n"
        "Administrators: look at the disk; run “manage.py verify”, which names the files and where they lie; restore "
        "them from a backup, and run it again.\n\n%(address)s"
    ) % {"found": found, "address": settings.CASEWORK_BASE_URL}
