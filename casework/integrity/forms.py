"""What people type into the pages of integrity."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.evidence.models import Item


class ExtractForm(forms.Form):
    """Which item's custody is to be taken out, by its reference. Only for those who may take any."""

    reference = forms.CharField(
        label=_("Reference of the item"), max_length=20, help_text=_("As on its page, for example E-2026-0001.")
    )

    def clean_reference(self) -> Item:
        item = Item.objects.filter(reference=self.cleaned_data["reference"].strip().upper()).first()
        if item is None:
            raise forms.ValidationError(_("No item has this reference."))
        return item
