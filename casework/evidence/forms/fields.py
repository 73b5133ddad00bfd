"""Fields that several forms of the evidence room share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casework.core.filters import VisibleChoiceField
from casework.core.templatetags.casework import format_bytes, moment, safe_text
from casework.evidence.caveats import recipient_choices
from casework.evidence.models import Upload
from casework.evidence.models.items import Establishes
from casework.evidence.models.sources import Caveat

MAX_FILES = 50
MAX_UPLOADS = 200


class MomentOfUtc(forms.DateTimeField):
    """A time of day on a date, in UTC, typed as 2024-10-05 14:02."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Date and time in UTC, for example 2024-10-05 14:02."))
        widget = forms.DateTimeInput({"data-width": "short", "autocomplete": "off"}, format="%Y-%m-%d %H:%M")
        formats = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"]
        super().__init__(required=False, input_formats=formats, widget=widget, **kwargs)


class DayField(forms.DateField):
    """One whole day, typed as 2024-10-05, whatever the browser's locale."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("For example 2024-10-05."))
        kwargs.setdefault("required", False)
        widget = forms.DateInput({"data-width": "short", "autocomplete": "off"}, format="%Y-%m-%d")
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **kwargs)


class SourceField(VisibleChoiceField):
    """A source of the team; the form narrows the choices to what the person may see."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Source"), required=False, empty_label=_("Not known"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.reliability})"


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class SeveralFilesField(forms.FileField):
    """Any number of files; each must hold something. Where they may have arrived before the form, the form itself says
    whether one is missing."""

    widget = SeveralFilesInput

    def __init__(self, *, may_have_arrived: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.may_have_arrived = may_have_arrived

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files in the order they were chosen; raises ValidationError for none where one is needed."""
        files = list(data) if isinstance(data, list | tuple) else [data] if data else []
        if not files and not self.may_have_arrived:
            super().clean(None, initial)
        if len(files) > MAX_FILES:
            message = ngettext("At most %(most)s file at once.", "At most %(most)s files at once.", MAX_FILES)
            raise forms.ValidationError(message % {"most": MAX_FILES}, code="too_many")
        return [super(SeveralFilesField, self).clean(file, initial) for file in files]


class UploadsField(forms.ModelMultipleChoiceField):
    """Files that arrived before, by resumable upload, and are in no record yet: the person's own, whole ones."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Upload.objects.none(),
            label=_("Files that have arrived"),
            required=False,
            help_text=_("Received and sealed, and in no record yet. Tick what belongs here."),
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> Any:
        return format_html(
            '<span><bdi>{}</bdi> <span class="muted">{}, {}</span></span>', safe_text(obj.name), format_bytes(obj.size),
            moment(obj.created_at),
        )  # fmt: skip

    def clean(self, value: Any) -> list[Upload]:  # type: ignore[override]
        """The uploads in the order they were sent, each once; one error for all that are not the person's to use."""
        found = list(super().clean(value))
        if len(found) > MAX_UPLOADS:
            raise forms.ValidationError(_("At most %(most)s files at once.") % {"most": MAX_UPLOADS}, code="too_many")
        return found


def establishes_field(*, required: bool = True) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("What it establishes about the case"),
        choices=Establishes.choices,
        required=required,
        widget=forms.CheckboxSelectMultiple,
    )


def caveat_field(*, empty: Any = None) -> forms.ChoiceField:
    choices = [("", empty), *Caveat.choices] if empty else Caveat.choices
    return forms.ChoiceField(
        label=_("Caveat: with whom it may be shared"), choices=choices, required=not empty, widget=forms.RadioSelect
    )


def recipients_field() -> forms.TypedMultipleChoiceField:
    """The recipients that a caveat lists; a form without any drops it."""
    return forms.TypedMultipleChoiceField(
        label=_("Recipients that the caveat lists"),
        choices=recipient_choices,
        required=False,
        help_text=_("Only for “listed recipients only”."),
        widget=forms.CheckboxSelectMultiple,
    )
