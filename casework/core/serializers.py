"""What every API serializer is made of: only fields that it names, each unknown or read-only one refused by its name.

Import these through `casework.core.api`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

UNKNOWN_FIELD = _("There is no such field.")
READ_ONLY_FIELD = _("This field cannot be written.")


class StrictFields:
    """Mixed into a serializer: refuses unknown fields and fields that cannot be written, each by its name."""

    def to_internal_value(self, data: Any) -> Any:
        """Validate as usual, adding an error for every field given that is not an input."""
        refused = self._refused_fields(data)
        try:
            value = super().to_internal_value(data)  # type: ignore[misc]
        except serializers.ValidationError as error:
            if not refused or not isinstance(error.detail, dict):
                raise
            raise serializers.ValidationError({**error.detail, **refused}) from error
        if refused:
            raise serializers.ValidationError(refused)
        return value

    def _refused_fields(self, data: Any) -> dict[str, list[str]]:
        if not isinstance(data, Mapping):
            return {}
        fields: Mapping[str, serializers.Field[Any, Any, Any, Any]] = self.fields  # type: ignore[attr-defined]
        refused = {}
        for name in data:
            if name not in fields:
                refused[str(name)] = [str(UNKNOWN_FIELD)]
            elif fields[name].read_only:
                refused[str(name)] = [str(READ_ONLY_FIELD)]
        return refused


class StrictSerializer(StrictFields, serializers.Serializer[Any]):
    """The base of every input serializer. Never saves: its `validated_data` goes to an action."""


class StrictModelSerializer(StrictFields, serializers.ModelSerializer[Any]):
    """The base of output serializers and of inputs that mirror a model. Fields are listed, never `__all__`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        meta = getattr(cls, "Meta", None)
        if meta is not None and (getattr(meta, "fields", None) == "__all__" or getattr(meta, "exclude", None)):
            raise ImproperlyConfigured(f"{cls.__name__} has to list its fields.")


class ReasonSerializer(StrictSerializer):
    """The input of a transition that needs a reason."""

    reason = serializers.CharField(max_length=2000)


class EmptySerializer(StrictSerializer):
    """The input of a transition that needs nothing."""
