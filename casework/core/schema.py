"""What the OpenAPI document says of every operation alike."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import Serializer

from casework.core.once import HEADER

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER, {"type": "string", "minLength": 1, "maxLength": 200}, OpenApiParameter.HEADER,
    description="Any text of your own, new for each act. The same request with the same key within 48 hours acts once "
    "and is answered alike; another request with it is refused with 409.",
)  # fmt: skip


class CaseworkSchema(AutoSchema):
    """Adds what our base classes take of themselves."""

    def get_override_parameters(self) -> list[OpenApiParameter | Serializer[Any] | type[Serializer[Any]]]:
        """The header that makes a POST safe to repeat."""
        return [*super().get_override_parameters(), *([IDEMPOTENCY_KEY] if self.method == "POST" else [])]
