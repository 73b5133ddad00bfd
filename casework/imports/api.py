"""The imports room's part of the API: to see how far an import is. Material is sent and confirmed at the pages."""

from __future__ import annotations

from casework.core.api import CaseworkViewSet, ListMixin, RetrieveMixin
from casework.imports.filters import ImportFilters
from casework.imports.models import Import
from casework.imports.serializers import ImportSerializer


class ImportApi(ListMixin, RetrieveMixin, CaseworkViewSet):
    """Imports of one's own teams."""

    queryset = Import.objects.all()
    serializer_class = ImportSerializer
    filterset_class = ImportFilters
    orderings = {"-received": ("-created_at",), "received": ("created_at",)}
    default_ordering = "-received"


routes: list[tuple[str, type, str]] = [("imports", ImportApi, "import")]
