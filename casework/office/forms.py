"""The shape of what is asked of search and of the audit log."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.core.forms import CaseworkForm
from casework.core.paging import COUNT_CAP, PAGE_SIZE


class SearchForm(CaseworkForm):
    """A reference, a name, an address, a fingerprint or words; and the page of the hits by words."""

    q = forms.CharField(label=_("Search"), max_length=1000, required=False)
    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=COUNT_CAP // PAGE_SIZE, required=False)


class HistoryForm(CaseworkForm):
    """Which page of a case's history."""

    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=80, required=False)
