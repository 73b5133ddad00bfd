"""How a person says in which way hard material may open for them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from casework.care.actions import REMINDERS
from casework.care.models import Ask
from casework.core.forms import CaseworkForm


class PreferenceForm(CaseworkForm):
    """Shape only; the action decides."""

    ask = forms.ChoiceField(
        label=_("Tell me first what is known already"), choices=Ask.choices, widget=forms.RadioSelect,
        help_text=_("Before anything opens: the description, the text, what it establishes. Often one need not look."),
    )  # fmt: skip
    never_colour = forms.BooleanField(label=_("Never offer me colour"), required=False)
    never_sound = forms.BooleanField(label=_("Never offer me sound"), required=False)
    remind_after = forms.TypedChoiceField(
        label=_("Remind me of a break"), coerce=int,
        choices=[
            (number, ngettext_lazy("after %(n)s minute of watching", "after %(n)s minutes of watching", number)
             % {"n": number} if number else _("never")) for number in REMINDERS
        ],
        help_text=_("Ten minutes with everything covered count as a break."),
    )  # fmt: skip
