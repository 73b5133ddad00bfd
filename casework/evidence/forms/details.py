"""The fields that only one kind of evidence has, as forms show them."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casework.core.dates import PartialDateField
from casework.core.forms import HalfText, LongText, ShortText
from casework.evidence.caveats import recipient_choices
from casework.evidence.forms.fields import DayField, MomentOfUtc
from casework.evidence.models import Post, Testimony, Video
from casework.evidence.models.items import Kind
from casework.evidence.models.kinds import Use


def _line(
    label: Any, longest: int, *, required: bool = False, help_text: Any = "", half: bool = True
) -> forms.CharField:
    widget = HalfText({"dir": "auto"}) if half else forms.TextInput({"dir": "auto", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=longest, required=required, help_text=help_text, widget=widget)


class AddressInput(forms.TextInput):
    """An address; what it names, and what is recorded of it already, is told below as soon as it is typed."""

    template_name = "evidence/parts/_address_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "read_url": reverse("evidence:read_address")}


def _address(label: Any, *, required: bool, help_text: Any = "", told: bool = False) -> forms.URLField:
    widget = AddressInput if told else forms.TextInput
    return forms.URLField(
        label=label, max_length=1000, required=required, help_text=help_text, assume_scheme="https",
        widget=widget({"inputmode": "url", "autocomplete": "off"}),
    )  # fmt: skip


def video_fields() -> dict[str, forms.Field]:
    """Duration, frame size and codecs are read from the file, so nobody types them."""
    return {
        "recorded_by": _line(_("Recorded by"), 160),
        "copy": forms.ChoiceField(
            label=_("Original or copy"),
            choices=Video.Copy.choices,
            initial=Video.Copy.UNKNOWN,
            widget=forms.RadioSelect,
        ),
        "first_publication": _line(_("First known publication"), 300, half=False),
    }


def unit_report_fields() -> dict[str, forms.Field]:
    return {
        "unit": _line(_("Reporting unit"), 160, required=True),
        "author": _line(_("Author"), 160, help_text=_("Shown only to the people named on the case.")),
        "number": forms.CharField(label=_("Report number"), max_length=60, required=False, widget=ShortText()),
        "dated": DayField(label=_("Date of the report")),
        "classification": _line(_("Classification marking"), 80),
    }


def post_fields() -> dict[str, forms.Field]:
    return {
        "url": _address(
            _("Address of the post"), required=True, told=True,
            help_text=_("Nothing is fetched from it. Any form of the address will do."),
        ),
        "text": forms.CharField(
            label=_("Text of the post"),
            max_length=50_000,
            required=False,
            help_text=_("Word for word."),
            widget=LongText(),
        ),
        "translation": forms.CharField(label=_("Translation"), max_length=50_000, required=False, widget=LongText()),
        "platform": forms.ChoiceField(
            label=_("Platform"), choices=[("", _("As the address says")), *Post.Platform.choices], required=False
        ),
        "handle": _line(_("Account"), 120, help_text=_("As in the address, for example @channel.")),
        "display_name": _line(_("Name shown"), 160),
        "affiliation": _line(_("Known affiliation of the account"), 200, half=False),
        "post_id": forms.CharField(
            label=_("Post number"), max_length=120, required=False, widget=ShortText(),
            help_text=_("Platform, account and number are read from the address when left empty."),
        ),
        "published_shown": _line(
            _("Time of publication as shown"), 80, help_text=_("As the page says it, with its zone.")
        ),
        "reposts": _address(
            _("Address of the post it repeats"),
            required=False,
            help_text=_("A repost is no second source for the post."),
        ),
        "forwarded_from": _line(
            _("Forwarded from"), 160, half=False,
            help_text=_("The account as the forward names it, when the address of the post it repeats is not known."),
        ),
        "replies_to": _address(_("Address of the post it replies to"), required=False),
        "capture_method": _line(_("Captured how and with what"), 160, half=False),
        "captured_by": _line(_("Captured by"), 160),
        "captured_at": MomentOfUtc(label=_("Captured")),
        "removed_on": DayField(label=_("Found removed on")),
    }  # fmt: skip


def testimony_fields() -> dict[str, forms.Field]:
    named = _("Shown only to the people named on the case.")
    return {
        "pseudonym": _line(_("Pseudonym of the witness"), 80, required=True, help_text=_("This is what pages show.")),
        "identity": _line(_("Who the witness is"), 300, help_text=named, half=False),
        "consent": _line(_("Consent in the witness's words"), 300, required=True, half=False),
        "consent_uses": forms.MultipleChoiceField(
            label=_("Consent covers"), choices=Use.choices, required=False, widget=forms.CheckboxSelectMultiple,
            help_text=_("What is not ticked is not done: without consent to referral it leaves in no package."),
        ),
        "consent_bodies": forms.TypedMultipleChoiceField(
            label=_("Bodies that the witness named"), choices=recipient_choices, coerce=uuid.UUID, required=False,
            widget=forms.CheckboxSelectMultiple,
        ),
        "consent_given_on": DayField(label=_("Consent given on")),
        "consent_taken_by": _line(_("Consent taken by"), 160, help_text=named),
        "interviewer": _line(_("Interviewer"), 160, help_text=named),
        "interpreter": _line(_("Interpreter"), 160, help_text=named),
        "place": _line(_("Place of the interview"), 160, help_text=named),
        "protection_level": forms.TypedChoiceField(
            label=_("Protection"), choices=Testimony.Protection.choices, initial=Testimony.Protection.UNKNOWN,
            required=False, empty_value=Testimony.Protection.UNKNOWN, widget=forms.RadioSelect,
        ),
        "protection_concern": _line(_("Protection concern"), 300, help_text=named, half=False),
        "repeat_reason": _line(
            _("Why another interview"), 300, half=False,
            help_text=_("Needed only when the witness was interviewed before. Every repeat costs the witness."),
        ),
    }  # fmt: skip


DETAIL_FIELDS = {
    Kind.VIDEO: video_fields,
    Kind.UNIT_REPORT: unit_report_fields,
    Kind.POST: post_fields,
    Kind.TESTIMONY: testimony_fields,
}


def detail_fields(kind: str) -> dict[str, forms.Field]:
    """Fresh fields of a kind, by the names of its table's columns; none for kinds without a table."""
    make = DETAIL_FIELDS.get(Kind(kind))
    return make() if make else {}


def earlier_fields() -> dict[str, forms.Field]:
    """An interview that the witness gave elsewhere."""
    named = _("Shown only to the people named on the case.")
    return {
        "earlier_by": _line(_("Earlier interview by"), 160, help_text=named),
        "earlier_held": PartialDateField(label=_("Held"), required=False, past=True, widget=HalfText()),
    }


def told_earlier(data: dict[str, Any]) -> dict[str, Any]:
    """The earlier interview that was typed, as `register_item` takes it; more can be added to the record."""
    by_whom, held = data.get("earlier_by"), data.get("earlier_held")
    return {"earlier_interviews": [{"by_whom": by_whom, "held": held}]} if by_whom or held else {}
