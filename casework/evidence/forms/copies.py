"""Working copies, and files in which malware was found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import User
from casework.core.forms import CaseworkForm, HalfText, LongText
from casework.core.once import OnceMixin
from casework.evidence.actions.copies import LONGEST
from casework.evidence.actions.malware import LONGEST_REASON
from casework.evidence.forms.files import FilesMixin
from casework.evidence.models import EvidenceFile


class WorkingCopyForm(FilesMixin, OnceMixin, CaseworkForm):
    """A copy that was changed: what was done, with what, by whom."""

    operation = forms.ChoiceField(
        label=_("What was done"), choices=EvidenceFile.Operation.choices, widget=forms.RadioSelect
    )
    tool = forms.CharField(
        label=_("Made with"), max_length=LONGEST["tool"], widget=HalfText(),
        help_text=_("The program and its version, for example ffmpeg 7.1, or “by hand”."),
    )  # fmt: skip
    made_by = forms.CharField(
        label=_("Made by"), required=False, max_length=LONGEST["made_by"], widget=HalfText({"dir": "auto"}),
        help_text=_("If it was not you."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What was changed and why"), required=False, max_length=LONGEST["note"], widget=LongText({"rows": 4}),
        help_text=_("For example: faces of bystanders blurred from 00:12 to 00:31."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].label = _("The changed copy")
        self.fields["files"].help_text = _("One file. It is sealed beside the one it was made from.")
        self.offer_uploads(user)

    def clean(self) -> dict[str, Any]:
        """One file, neither none nor several."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        given = [*(data.get("files") or ()), *(data.get("uploads") or ())]
        if len(given) > 1:
            self.add_error("files", _("Choose one file: each copy says for itself what was done."))
        return data


class MalwareReasonForm(CaseworkForm):
    """Why a file in which something was found is wanted, or may go out."""

    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON, widget=LongText({"rows": 3}))
