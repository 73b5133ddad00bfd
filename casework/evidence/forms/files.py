"""The files of a form, whichever way they come."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import User
from casework.evidence.forms.fields import SeveralFilesField, UploadsField
from casework.evidence.models import Upload


class FilesMixin(forms.Form):
    """Files of a form: sent with it, or arrived before by resumable upload. Either may be what is needed."""

    files = SeveralFilesField(  # type: ignore[assignment]
        label=_("Files"), may_have_arrived=True, help_text=_("Any number at once. Each is sealed as it arrives.")
    )
    uploads = UploadsField()

    def offer_uploads(self, user: User) -> None:
        """Let the person choose among what of theirs has arrived."""
        waiting = Upload.objects.visible_to(user).complete()
        if "uploads" in self.data or waiting.exists():
            self.fields["uploads"].queryset = waiting  # type: ignore[attr-defined]
        else:
            del self.fields["uploads"]

    def clean(self) -> dict[str, Any]:
        """Raise for no file at all where one is needed, unless something is wrong with one already."""
        data = super().clean() or self.cleaned_data
        bad = {"files", "uploads"} & set(self.errors)
        if self.fields["files"].required and not bad and not data.get("files") and not data.get("uploads"):
            self.add_error("files", forms.ValidationError(_("Choose a file."), code="required"))
        return data

    @property
    def given_files(self) -> list[Any]:
        """What was sent and what had arrived, for an action."""
        return [*self.cleaned_data["files"], *self.cleaned_data.get("uploads", ())]
