"""The API's own fields: references to what the person may see, partial dates, what can be done next.

Import these through `casework.core.api`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers
from rest_framework.fields import empty

from casework.core.dates import HELP_TEXT, LONGEST_INPUT, UNKNOWN, DateRange, format_range, read_range

MAX_RELATED = 500


def _as_uuid(value: Any) -> UUID | None:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None


class VisiblePrimaryKeyField(serializers.PrimaryKeyRelatedField[Any]):
    """A reference by UUID to an object that the person may see.

    `queryset` is a queryset with `visible_to(user)`. An object that is hidden, one that does not exist and a text that
    is no UUID get the same error. With `many=True` all are found by one query, at most 500 of them, each named once.
    """

    default_error_messages = {
        "does_not_exist": _("There is no such object, or you may not see it."),
        "incorrect_type": _("There is no such object, or you may not see it."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("pk_field", serializers.UUIDField())
        super().__init__(**kwargs)

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> Any:
        """Build the field for a list of references."""
        list_arguments = {
            name: kwargs.pop(name)
            for name in (
                "required",
                "allow_empty",
                "help_text",
                "label",
                "source",
                "default",
                "read_only",
                "write_only",
            )
            if name in kwargs
        }
        if list_arguments.get("read_only"):
            kwargs["read_only"] = True
        return VisiblePrimaryKeysField(child_relation=cls(*args, **kwargs), **list_arguments)

    def get_queryset(self) -> Any:
        """The objects that the person of this request may refer to."""
        queryset = super().get_queryset()
        return queryset if queryset is None else visible_queryset(queryset, self.context)

    def to_internal_value(self, data: Any) -> Model:
        """The object with this UUID; one error for every reason why there is none."""
        key = _as_uuid(data)
        found: Model | None = self.get_queryset().filter(pk=key).first() if key else None
        if found is None:
            self.fail("does_not_exist")
        return found


class VisiblePrimaryKeysField(serializers.ManyRelatedField):
    """A list of references, found by one query."""

    default_error_messages = {
        "too_many": _("Name at most {most} objects."),
        "twice": _("The same object is named twice."),
    }

    def to_internal_value(self, data: Any) -> list[Model]:
        """The objects in the order given. Raises ValidationError with the place of each that cannot be used."""
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if not self.allow_empty and not data:
            self.fail("empty")
        if len(data) > MAX_RELATED:
            self.fail("too_many", most=MAX_RELATED)
        keys = [_as_uuid(item) for item in data]
        if len({key for key in keys if key}) < sum(key is not None for key in keys):
            self.fail("twice")
        child: Any = self.child_relation
        found = child.get_queryset().in_bulk([key for key in keys if key])
        missing = {
            str(place): [child.error_messages["does_not_exist"]] for place, key in enumerate(keys) if key not in found
        }
        if missing:
            raise serializers.ValidationError(missing, code="does_not_exist")
        return [found[key] for key in keys]


def visible_queryset(queryset: Any, context: Mapping[str, Any]) -> Any:
    """What of a queryset the person of the context may see. Raises ImproperlyConfigured without a request."""
    request = context.get("request")
    if request is None:
        raise ImproperlyConfigured("References are resolved for a person: pass the request in the context.")
    return queryset.visible_to(request.user)


class PartialDateSerializerField(serializers.Field[Any, Any, Any, Any]):
    """A date with its real precision: typed as text (2024-10), answered as {"earliest", "latest", "text"}.

    Its value is a `DateRange`, so the model offers one as a property of the field's name. `null` and empty text mean
    unknown where `allow_null` permits it. With `past=True` a range that begins after today is refused.
    """

    default_error_messages = {"not_text": _("Give the date as text. %(help)s")}

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        self.past = past
        super().__init__(**kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        """Read empty input as unknown, then as usual."""
        value = super().run_validation(None if data == "" else data)
        return UNKNOWN if value is None else value

    def to_internal_value(self, data: Any) -> DateRange:
        """Read the text. Raises ValidationError with what to type instead."""
        if not isinstance(data, str):
            raise serializers.ValidationError(
                str(self.error_messages["not_text"]) % {"help": HELP_TEXT}, code="not_text"
            )
        try:
            return read_range(data, past=self.past, required=not self.allow_null)
        except DjangoValidationError as error:
            raise serializers.ValidationError(list(error.messages), code="invalid_date") from error

    def to_representation(self, value: DateRange) -> dict[str, Any]:
        """Both days as ISO dates, and the words for them."""
        return {
            "earliest": value.earliest.isoformat() if value.earliest else None,
            "latest": value.latest.isoformat() if value.latest else None,
            "text": format_range(value.earliest, value.latest),
        }


class AvailableTransitionsField(serializers.ListField):
    """The names of the transitions that the person could carry out on the object as it stands."""

    def __init__(self, workflow: Any = None, **kwargs: Any) -> None:
        self.workflow = workflow
        kwargs.update(source="*", read_only=True, child=serializers.CharField())
        super().__init__(**kwargs)

    def to_representation(self, data: Any) -> list[str]:
        """Read the workflow's table for this object and person."""
        request = self.context.get("request")
        user = getattr(request, "user", None)
        return [found.name for found in self.workflow.available(data, user)] if user else []


class PartialDateSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Describes a partial date in the API's schema, apart for request and response."""

    target_class = PartialDateSerializerField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """The schema of the text that is sent, or of the object that is answered."""
        if direction == "request":
            return {"type": "string", "maxLength": LONGEST_INPUT, "example": "2024-10", "description": str(HELP_TEXT)}
        day = {"type": "string", "format": "date", "nullable": True}
        return {
            "type": "object",
            "required": ["earliest", "latest", "text"],
            "properties": {"earliest": day, "latest": day, "text": {"type": "string"}},
        }
