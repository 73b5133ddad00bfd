"""The form of a marked moment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.core.errors import Invalid
from casework.core.forms import CaseworkForm, ShortText, StaleEditMixin
from casework.core.once import OnceMixin
from casework.evidence.models import EvidenceFile, Item
from casework.evidence.moments import recordings
from casework.evidence.timecodes import parse_timecode, timecode


class TimecodeField(forms.CharField):
    """A moment of a recording, typed as 01:14; seconds as a Decimal, None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=14, widget=ShortText({"inputmode": "text"}), **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_timecode(text)
        except Invalid as error:
            raise forms.ValidationError(error.message) from error

    def prepare_value(self, value: Any) -> Any:
        return timecode(value) if isinstance(value, Decimal) else value


class MarkForm(OnceMixin, StaleEditMixin, CaseworkForm):
    """When, until when, what; and on which recording when the item has several."""

    file = forms.ModelChoiceField(label=_("Recording"), queryset=EvidenceFile.objects.none(), empty_label=None)
    at = TimecodeField(label=_("Moment"), help_text=_("Minutes and seconds, for example 01:14."))
    until = TimecodeField(label=_("Until"), required=False, help_text=_("Leave it empty for a single moment."))
    text = forms.CharField(label=_("What is seen or heard"), max_length=500, widget=forms.TextInput({"dir": "auto"}))

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        files = recordings(item)
        self.only_file = files[0] if len(files) == 1 else None
        if self.only_file:
            del self.fields["file"]
        else:
            field: Any = self.fields["file"]
            field.queryset = EvidenceFile.objects.filter(pk__in=[file.pk for file in files])
            field.label_from_instance = lambda file: file.name

    @property
    def chosen(self) -> EvidenceFile:
        return self.only_file or self.cleaned_data["file"]

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("at", "until", "text")}


class ChangeMarkForm(MarkForm):
    """A mark stays on its recording."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("file", None)
