"""What people say of pairs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import User
from casework.core.forms import CaseworkForm, LongText, ShortText
from casework.core.once import OnceMixin
from casework.evidence.models import Item
from casework.recognition.models import Verdict


class JudgeForm(OnceMixin, CaseworkForm):
    verdict = forms.ChoiceField(label=_("What are they?"), choices=Verdict.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Why"), max_length=2000, required=False, widget=LongText({"rows": 3}),
        help_text=_("What you compared. Colleagues who see both items read it."),
    )  # fmt: skip


class AddForm(JudgeForm):
    """Two items that no program matched."""

    other = forms.CharField(
        label=_("The other item"), max_length=20, widget=ShortText(),
        help_text=_("Its reference, for example E-00042."),
    )  # fmt: skip
    field_order = ["other", "verdict", "note"]

    def __init__(self, *args: Any, user: User, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = Item.objects.visible_to(user).exclude(pk=item.pk)

    def clean_other(self) -> Item:
        """The visible item of this reference; hidden and nonexistent ones get the same error."""
        found = self.items.filter(reference=self.cleaned_data["other"].strip().upper()).first()
        if found is None:
            raise forms.ValidationError(
                _("There is no such item, you may not see it, or it is this one."), code="invalid_choice"
            )
        return found
