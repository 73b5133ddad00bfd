"""Judging an item, and what is recorded of a testimony later."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.care.models import Graphic
from casework.core.forms import CaseworkForm, LongText
from casework.core.once import OnceMixin
from casework.evidence.forms.details import earlier_fields
from casework.evidence.forms.fields import DayField
from casework.evidence.models.items import Credibility
from casework.evidence.models.judgements import Aspect, Grade

METHODS = {
    Aspect.SOURCE: _("For example: the account's age, its earlier posts, who it is known to speak for."),
    Aspect.TECHNICAL: _("For example: metadata, traces of editing, the first known copy."),
    Aspect.CONTENT: _("For example: place found by landmarks, time by shadows, weapons and insignia."),
}


class AssessmentForm(OnceMixin, CaseworkForm):
    """One person's assessment of one aspect."""

    grade = forms.ChoiceField(label=_("What you find"), choices=Grade.choices, widget=forms.RadioSelect)
    method = forms.CharField(label=_("How you assessed it"), max_length=300, widget=forms.TextInput({"dir": "auto"}))
    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=LongText())

    def __init__(self, *args: Any, aspect: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].help_text = METHODS[Aspect(aspect)]


class CredibilityForm(OnceMixin, CaseworkForm):
    credibility = forms.TypedChoiceField(
        label=_("Credibility of the item"), choices=Credibility.choices, coerce=int, widget=forms.RadioSelect,
        help_text=_("Judged apart from its source. 1 needs another item from an independent source."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why"), max_length=5000, widget=LongText({"rows": 4}))


class MarkForm(OnceMixin, CaseworkForm):
    level = forms.TypedChoiceField(
        label=_("How hard it is to look at"), choices=Graphic.choices, coerce=int, widget=forms.RadioSelect,
        help_text=_("The higher of the last two people's marks stands until both say the same."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What makes it so"), required=False, max_length=300, widget=forms.TextInput({"dir": "auto"}),
        help_text=_("In words, so that a colleague knows what to expect."),
    )  # fmt: skip


class WithdrawalForm(OnceMixin, CaseworkForm):
    withdrawn_on = DayField(label=_("Withdrawn on"), required=True)
    reason = forms.CharField(label=_("How we learned of it"), max_length=2000, widget=LongText({"rows": 3}))


class EarlierForm(OnceMixin, CaseworkForm):
    """An interview elsewhere, found out later."""

    note = forms.CharField(label=_("Note"), required=False, max_length=300, widget=forms.TextInput({"dir": "auto"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= earlier_fields()
        self.fields["earlier_by"].required = True
        self.order_fields(["earlier_by", "earlier_held", "note"])
