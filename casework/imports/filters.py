"""What the list of imports can be narrowed by."""

from __future__ import annotations

from casework.core.filters import StrictFilterSet
from casework.imports.models import Import


class ImportFilters(StrictFilterSet):
    class Meta:
        model = Import
        fields = ("kind", "state")
