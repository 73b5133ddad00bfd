"""The recipients that an office starts with. Addresses are for the office to fill in; nothing is sent by itself."""

from __future__ import annotations

from typing import Any

from casework.referrals.models import Recipient

Kind, Channel = Recipient.Kind, Recipient.Channel

RECIPIENTS: tuple[dict[str, Any], ...] = (
    # GC III arts. 122-124: information on prisoners of war goes through the Central Tracing Agency.
    {
        "code": "ICRC",
        "name": "ICRC Central Tracing Agency",
        "kind": Kind.ICRC,
        "channel": Channel.SECURE_MAIL,
        "contact": "Central Tracing Agency, International Committee of the Red Cross, Geneva",
        "days_to_acknowledge": 14,
        "days_to_reply": 90,
        "receives_perpetrators": False,
        "confidential_replies": True,
    },
    {
        "code": "HRMMU",
        "name": "OHCHR Human Rights Monitoring Mission in Ukraine",
        "kind": Kind.UN,
        "channel": Channel.SECURE_MAIL,
        "contact": "Office of the High Commissioner for Human Rights, Human Rights Monitoring Mission in Ukraine",
        "days_to_acknowledge": 7,
        "days_to_reply": 30,
    },
    {
        "code": "SR-EJE",
        "name": "Special Rapporteur on extrajudicial, summary or arbitrary executions",
        "kind": Kind.UN,
        "channel": Channel.PORTAL,
        "contact": "Submission form of the special procedures of the Human Rights Council",
        "days_to_acknowledge": 14,
        "days_to_reply": 60,
    },
    {
        "code": "COI-UA",
        "name": "Independent International Commission of Inquiry on Ukraine",
        "kind": Kind.UN,
        "channel": Channel.SECURE_MAIL,
        "contact": "Secretariat of the Commission of Inquiry, Geneva",
        "days_to_acknowledge": 14,
        "days_to_reply": 60,
    },
)


def ensure_recipients(**_signal: Any) -> None:
    """Lay down the recipients when there are none; connected to post_migrate."""
    if not Recipient.objects.exists():
        Recipient.objects.bulk_create(Recipient(**fields) for fields in RECIPIENTS)
