"""Filters of lists: only those named, only over what the reader may see, each shown as a chip that can be taken off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from casework.core.dates import DateRange, PartialDateField
from casework.core.errors import Invalid
from casework.core.forms import CaseworkForm
from casework.core.paging import PAGING_PARAMETERS


class VisibleChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among objects; what is hidden, absent or nonsense gets one and the same error."""

    def to_python(self, value: Any) -> Model | None:
        """The object chosen, or None; raises ValidationError."""
        try:
            found: Model | None = super().to_python(value)
        except ValidationError as error:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error
        return found


class VisibleFilter(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    """A filter by a related object that the person may see: `queryset` is narrowed by `visible_to(user)`.

    It may follow relations (`field_name="links__case"`), as only visible objects can be named.
    """

    field_class = VisibleChoiceField

    def get_queryset(self, request: HttpRequest | None) -> Any:
        """The objects that may be named; none without a person."""
        queryset = super().get_queryset(request)
        if request is None or queryset is None:
            return None if queryset is None else queryset.none()
        return queryset.visible_to(request.user)


@extend_schema_field(OpenApiTypes.STR)
class DateRangeFilter(django_filters.Filter):  # type: ignore[misc]
    """Rows whose range of days touches the one typed: ?occurred=2024-10 or ?occurred=2024-10 to 2024-12.

    Reads `<field_name>_earliest` and `<field_name>_latest`; rows of unknown date are left out.
    """

    field_class = PartialDateField

    def filter(self, qs: QuerySet[Any], value: DateRange | None) -> QuerySet[Any]:
        """Narrow a queryset to the range."""
        if not value:
            return qs
        name = self.field_name
        return qs.filter(**{f"{name}_earliest__lte": value.latest, f"{name}_latest__gte": value.earliest})


class StrictFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """The base of every filter set. Raises Invalid for parameters that are unknown or given twice.

    Filters name plain columns; one that follows a relation has to be a VisibleFilter or have a method, so that nothing
    hidden can be guessed by filtering (ImproperlyConfigured when the class is made). `other_parameters` are those of
    the page itself, such as a tab.
    """

    other_parameters: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        queryset: QuerySet[Any] | None = None,
        *,
        request: Any = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        if data is not None:
            self._refuse_parameters(data)

    @classmethod
    def get_filters(cls) -> Any:
        """The filters, once it is certain that none of them reaches what may be hidden."""
        filters = super().get_filters()
        for name, found in filters.items():
            if isinstance(found, VisibleFilter):
                continue
            if isinstance(found, django_filters.ModelChoiceFilter | django_filters.ModelMultipleChoiceFilter):
                raise ImproperlyConfigured(f"{cls.__name__}.{name} names related objects: make it a VisibleFilter.")
            if "__" in (found.field_name or "") and not found.method:
                raise ImproperlyConfigured(f"{cls.__name__}.{name} follows a relation: give it a method.")
            if issubclass(found.field_class, forms.MultiValueField):
                raise ImproperlyConfigured(f"{cls.__name__}.{name} has several parameters: make it several filters.")
        return filters

    def get_form_class(self) -> Any:
        """A form of ours, which refuses text that the database cannot keep."""
        fields = {name: found.field for name, found in self.filters.items()}
        return type(f"{type(self).__name__}Form", (CaseworkForm,), fields)

    def _refuse_parameters(self, data: Mapping[str, Any]) -> None:
        known = set(self.filters) | PAGING_PARAMETERS | self.other_parameters
        fields = {name: [_("There is no such filter.")] for name in data if name not in known}
        if isinstance(data, QueryDict):
            single = (name for name, found in self.filters.items() if not _takes_several(found))
            fields |= {name: [_("This filter is given twice.")] for name in single if len(data.getlist(name)) > 1}
        if fields:
            raise Invalid(_("The list cannot be filtered like this."), fields=fields)

    def rows(self) -> QuerySet[Any]:
        """The filtered rows; none while a filter's value is wrong, so that a mistake never shows everything."""
        if self.is_bound and not self.is_valid():
            nothing: QuerySet[Any] = self.queryset.none()
            return nothing
        rows: QuerySet[Any] = self.qs
        return rows


def _takes_several(found: django_filters.Filter) -> bool:
    return isinstance(found, django_filters.MultipleChoiceFilter)


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in use: its label, its value in words, and the URL of the list without it."""

    label: str
    value: str
    remove_url: str


def active_chips(filterset: StrictFilterSet, request: HttpRequest) -> list[Chip]:
    """A chip for every value that narrows the list, also for wrong ones, so that they can be taken off."""
    chips = []
    for name, field in filterset.form.fields.items():
        given = [value for value in request.GET.getlist(name) if value != ""]
        for value in given:
            label = str(field.label or filterset.filters[name].label or name)
            chips.append(Chip(label, _value_text(filterset, name, value), _without(request, name, value)))
    return chips


def _value_text(filterset: StrictFilterSet, name: str, raw: str) -> str:
    field = filterset.form.fields[name]
    cleaned = getattr(filterset.form, "cleaned_data", {}).get(name) if filterset.is_valid() else None
    if isinstance(cleaned, bool):
        return _("Yes") if cleaned else _("No")
    if isinstance(cleaned, Model | DateRange):
        return str(cleaned)
    if not isinstance(field, forms.ModelChoiceField):
        for value, label in _flat_choices(getattr(field, "choices", ())):
            if str(value) == raw:
                return str(label)
    return raw


def _flat_choices(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


def _without(request: HttpRequest, name: str, value: str) -> str:
    parameters = request.GET.copy()
    parameters.setlist(name, [other for other in parameters.getlist(name) if other not in (value, "")])
    parameters.pop("cursor", None)
    return f"{request.path}?{query}" if (query := parameters.urlencode()) else request.path


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    """Filters the API's lists by the view's `filterset_class`; a wrong value is a 400 that names the parameter."""

    def get_filterset_class(self, view: Any, queryset: Any = None) -> Any:
        """The view's filter set. Raises ImproperlyConfigured for one that is not strict."""
        found = super().get_filterset_class(view, queryset)
        if found is not None and not issubclass(found, StrictFilterSet):
            raise ImproperlyConfigured(f"{found.__name__} has to be a StrictFilterSet.")
        return found
