"""The filters of the lists of evidence and sources, shared by page, export and API."""

from __future__ import annotations

import re
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from casework.care.models import Graphic
from casework.cases.models import Case
from casework.core.filters import StrictFilterSet, VisibleFilter
from casework.evidence.models import Assessment, EvidenceFile, EvidenceLink, Item, Mark, Post, Source
from casework.evidence.models.items import Credibility, Kind
from casework.evidence.models.judgements import Aspect
from casework.evidence.models.sources import Reliability
from casework.evidence.posts import posts_at

_REFERENCE = re.compile(r"\s*(?:[Ee]-?)?0*([0-9]{1,10})\s*")
_DIGEST = re.compile(r"\s*([0-9a-fA-F]{64})\s*")


def find_item(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Items by reference, part of the title, address of a post or a file's whole SHA-256; each has an index."""
    if digest := _DIGEST.fullmatch(text):
        return rows.filter(Exists(EvidenceFile.objects.filter(item=OuterRef("pk"), blob_id=digest[1].lower())))
    at_address = Post.objects.filter(posts_at(text) | Q(url__icontains=text))
    found = Q(title__icontains=text) | Q(pk__in=at_address.values("item_id"))
    if match := _REFERENCE.fullmatch(text):
        found |= Q(reference=f"E-{int(match[1]):05d}")
    return rows.filter(found)


class ItemFilters(StrictFilterSet):
    """What a list of evidence can be narrowed by."""

    q = django_filters.CharFilter(
        label=_("Search"), method="find", max_length=200,
        widget=forms.TextInput(
            {"type": "search", "placeholder": _("Reference, title, address, SHA-256"), "autocomplete": "off"}
        ),
    )  # fmt: skip
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    # No list of choices: there may be a hundred thousand cases. A case's page leads here.
    case = VisibleFilter(label=_("Case"), queryset=Case.objects.all(), method="of_case", widget=forms.HiddenInput)
    source = VisibleFilter(label=_("Source"), queryset=Source.objects.all(), empty_label=_("Any source"))
    credibility = django_filters.MultipleChoiceFilter(
        label=_("Credibility"), choices=Credibility.choices, widget=forms.CheckboxSelectMultiple
    )
    graphic = django_filters.MultipleChoiceFilter(
        label=_("Graphic content"), choices=Graphic.choices, widget=forms.CheckboxSelectMultiple
    )
    unlinked = django_filters.ChoiceFilter(
        label=_("Cases"), choices=[("true", _("Linked to no case yet"))], method="only_unlinked",
        empty_label=_("All evidence"),
    )  # fmt: skip

    class Meta:
        model = Item
        fields: list[str] = []

    def find(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By reference, title, address or hash."""
        return find_item(rows, value)

    def of_case(self, rows: QuerySet[Any], name: str, value: Case | None) -> QuerySet[Any]:
        """Items linked now to a case that the person sees."""
        if value is None:
            return rows
        return rows.filter(Exists(EvidenceLink.objects.present().filter(item=OuterRef("pk"), case=value)))

    def only_unlinked(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Items that wait for a case."""
        return rows.unlinked()  # type: ignore[attr-defined]


class SourceFilters(StrictFilterSet):
    """Sources by kind and grade. A name is found only in the list that one sees anyway."""

    q = django_filters.CharFilter(
        label=_("Search"), field_name="name", lookup_expr="icontains", max_length=100,
        widget=forms.TextInput({"type": "search", "placeholder": _("Name"), "autocomplete": "off"}),
    )  # fmt: skip
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=Source.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    reliability = django_filters.MultipleChoiceFilter(
        label=_("Reliability"), choices=Reliability.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Source
        fields: list[str] = []


class AssessmentFilters(StrictFilterSet):
    """Assessments of one item or one aspect."""

    item = VisibleFilter(queryset=Item.objects.all())
    aspect = django_filters.ChoiceFilter(label=_("Aspect"), choices=Aspect.choices)

    class Meta:
        model = Assessment
        fields: list[str] = []


class LinkFilters(StrictFilterSet):
    """Links of one case or one item."""

    case = VisibleFilter(queryset=Case.objects.all())
    item = VisibleFilter(queryset=Item.objects.all())

    class Meta:
        model = EvidenceLink
        fields = ("bearing",)


class MarkFilters(StrictFilterSet):
    """Marked moments of one item."""

    item = VisibleFilter(queryset=Item.objects.all())

    class Meta:
        model = Mark
        fields: list[str] = []
