"""How forms are printed and what every form refuses, so that each form says only what is its own.

Printing: `{{ form }}` gives an error summary with links, then each field as label, help, error, widget.
Refusing: text the database cannot keep (NUL, half a surrogate pair) is an error of its field, never a crash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from casework.core.text import UnstorableText, refuse_unstorable

UNSTORABLE = _("Remove the characters that cannot be stored: a null character or half of a character pair.")
_REPLACEMENTS = {0: "\ufffd"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


class CaseworkBoundField(forms.BoundField):
    """A field in a form, with what our templates ask of it."""

    @property
    def is_check(self) -> bool:
        """A single checkbox, whose label stands beside it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def focus_id(self) -> str:
        """The id of the first control, where a link from the error summary goes."""
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return f"{self.auto_id}_0" if self.subwidgets else f"{self.auto_id}_group"
        if isinstance(widget, forms.MultiWidget):
            return f"{self.auto_id}_0"
        return self.id_for_label or self.auto_id

    @property
    def short_label(self) -> str:
        return Truncator(str(self.label)).chars(40)

    def value(self) -> Any:
        """What was typed; characters that cannot even be sent back are replaced, so that the page can be shown."""
        value = super().value()
        if isinstance(value, str):
            return value.translate(_REPLACEMENTS)
        if isinstance(value, list):
            return [item.translate(_REPLACEMENTS) if isinstance(item, str) else item for item in value]
        return value


class Renderer(TemplatesSetting):
    """Named by FORM_RENDERER; needs `django.forms` among the installed apps for the widgets' own templates."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    formset_template_name = "forms/formset.html"
    bound_field_class = CaseworkBoundField

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        """A list of choices is put together here: a template for each of a hundred options is most of a page's time."""
        if template_name == "django/forms/widgets/select.html":
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = [
        format_html('<optgroup label="{}">{}</optgroup>', name, _options(options)) if name else _options(options)
        for name, options, _index in widget["optgroups"]
    ]
    inner = format_html_join("\n", "{}", ((group,) for group in groups))
    return format_html('<select name="{}"{}>{}</select>', widget["name"], flatatt(widget["attrs"]), inner)


def _options(options: Iterable[Mapping[str, Any]]) -> SafeString:
    lines = ((option["value"], flatatt(option["attrs"]), option["label"]) for option in options)
    return format_html_join("\n", '<option value="{}"{}>{}</option>', lines)


def _strings(raw: Any) -> Iterable[str]:
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, list | tuple):
        for item in raw:
            yield from _strings(item)


def _refuse(raw: Any) -> None:
    try:
        for text in _strings(raw):
            refuse_unstorable(text)
    except UnstorableText as error:
        raise ValidationError(UNSTORABLE, code="unstorable") from error


class _CaseworkMixin(forms.BaseForm):
    """Looks at the raw input of every field before the field does, so that no field type can forget to."""

    use_required_attribute = False

    def _clean_fields(self) -> None:
        refused: dict[str, ValidationError] = {}
        for name, bound in self._bound_items():  # type: ignore[attr-defined]
            try:
                _refuse(bound.data)
            except ValidationError as error:
                refused[name] = error
        kept = dict(self.fields)
        for name in refused:
            del self.fields[name]
        try:
            super()._clean_fields()  # type: ignore[misc]
        finally:
            self.fields.clear()
            self.fields.update(kept)
        for name, refusal in refused.items():
            self.add_error(name, refusal)


class CaseworkForm(_CaseworkMixin, forms.Form):
    """The base of every form that is not bound to one model."""


class CaseworkModelForm(_CaseworkMixin, forms.ModelForm):
    """The base of forms that take their fields' types from a model. It is never saved: actions write."""


class MomentField(forms.Field):
    """A hidden ISO 8601 time with its zone, to the microsecond, as the page that was opened printed it."""

    widget = forms.HiddenInput

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, dt.datetime) else value

    def to_python(self, value: Any) -> dt.datetime | None:
        if value in self.empty_values:
            return None
        try:
            moment = parse_datetime(str(value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise ValidationError(_("Open the page again: it does not say which version it shows."), code="invalid")
        return moment


class StaleEditMixin(forms.Form):
    """Carries the version that the person saw. Hand `cleaned_data["expected_updated_at"]` to the action, which compares
    it under the row lock and raises Conflict when somebody else changed the record in between.

    Give the form `initial={"expected_updated_at": obj.updated_at}`, or an `instance` that has `updated_at`.
    """

    expected_updated_at = MomentField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = getattr(getattr(self, "instance", None), "updated_at", None)
        if seen is not None:
            self.initial.setdefault("expected_updated_at", seen)


class ShortText(forms.TextInput):
    """A text box as wide as a date, a number or a reference."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-width": "short", "autocomplete": "off", **(attrs or {})})


class HalfText(forms.TextInput):
    """A text box as wide as a name or a place."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-width": "half", "autocomplete": "off", **(attrs or {})})


class LongText(forms.Textarea):
    """Several lines of text; the box grows as it is filled where the browser can."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 5, "dir": "auto", **(attrs or {})})
