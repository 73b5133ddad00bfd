"""Fields that several serializers of this room share."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from casework.cases.models import Tag


class CodeField(serializers.SlugRelatedField[Any]):
    """Reference data by its code, for example UA or UA-14."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The row with this code; anything but a short text is as unknown as a wrong code."""
        if not isinstance(data, str) or len(data) > 8 or "\x00" in data:
            self.fail("does_not_exist", slug_name="code", value="")
        return super().to_internal_value(data)


class TagNamesField(serializers.SlugRelatedField[Any]):
    """Tags by their names."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="name", queryset=Tag.objects.all(), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The tag of this name."""
        if not isinstance(data, str) or len(data) > 40 or "\x00" in data:
            self.fail("does_not_exist", slug_name="name", value="")
        return super().to_internal_value(data)


def text(longest: int, **kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=longest, **{"required": False, "allow_blank": True, **kwargs})


def choice(choices: Any, **kwargs: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=choices, **kwargs)
