"""A public statement as it is typed."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Role, Team, User
from casework.cases.models import Case, Party
from casework.core.dates import PartialDateField
from casework.core.forms import CaseworkForm, HalfText, LongText, StaleEditMixin
from casework.core.once import OnceMixin
from casework.evidence.models import Item
from casework.statements.models import Statement

MOST_LINKS = 50


class ReferencesField(forms.CharField):
    """Records by their references, C-00042 C-00043. What is hidden and what does not exist get the same error."""

    def __init__(self, *, rows: QuerySet[Any], letter: str, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=1000, widget=HalfText(), **kwargs)
        self.rows, self.letter = rows, letter

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else ", ".join(row.reference for row in value)

    def clean(self, value: Any) -> list[Model]:
        """The records named, each once. Raises ValidationError that names those that cannot be found."""
        text = super().clean(value)
        wanted = list(dict.fromkeys(part.upper() for part in re.split(r"[\s,;]+", text) if part))
        if len(wanted) > MOST_LINKS:
            raise ValidationError(_("Name at most %d records.") % MOST_LINKS)
        found = {row.reference: row for row in self.rows.filter(reference__in=wanted)}
        if missing := [name for name in wanted if name not in found]:
            raise ValidationError(
                _("Not found: %s. Type references such as %s-00042.") % (", ".join(missing), self.letter)
            )
        return [found[name] for name in wanted]


class StatementForm(OnceMixin, StaleEditMixin, CaseworkForm):
    """The registry's fields. The team is asked only when there is a choice."""

    speaker = forms.CharField(label=_("Speaker"), max_length=160, widget=HalfText({"dir": "auto"}))
    speaker_kind = forms.ChoiceField(
        label=_("Kind of speaker"), choices=[("", _("Choose")), *Statement.SpeakerKind.choices],
        help_text=_("Officials and military groups are counted apart."),
    )  # fmt: skip
    office = forms.CharField(
        label=_("Office or function"), max_length=200, required=False, widget=HalfText({"dir": "auto"})
    )
    party = forms.ModelChoiceField(label=_("Party"), queryset=Party.objects.all(), empty_label=_("Choose"))
    command = forms.ChoiceField(
        label=_("Command over the forces addressed"), choices=Statement.Command.choices, initial="unknown",
        help_text=_("Only what is known from elsewhere: the text itself seldom shows it."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose")), *Statement.Kind.choices])
    made = PartialDateField(label=_("Made"), required=True, past=True)
    medium = forms.CharField(label=_("Medium"), max_length=160, widget=HalfText({"dir": "auto"}))
    url = forms.URLField(label=_("Address"), max_length=1000, required=False, assume_scheme="https")
    text = forms.CharField(label=_("Verbatim text"), max_length=20_000, widget=LongText())
    language = forms.CharField(label=_("Language"), max_length=40, widget=HalfText())
    translation = forms.CharField(label=_("Translation"), max_length=20_000, required=False, widget=LongText())

    def __init__(self, *args: Any, user: User, statement: Statement | None = None, **kwargs: Any) -> None:
        if statement is not None:
            kwargs["initial"] = {**initial_of(statement, user), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["captures"] = ReferencesField(
            rows=Item.objects.visible_to(user), letter="E", label=_("Captures"),
            help_text=_("Evidence items that keep it: E-00042, E-00043."),
        )  # fmt: skip
        self.fields["incidents"] = ReferencesField(
            rows=Case.objects.visible_to(user), letter="C", label=_("Incidents that followed"),
            help_text=_("Cases: C-00042. It says what followed, not what caused it."),
        )  # fmt: skip
        teams = Team.objects.filter(pk__in=user.teams_as(Role.INVESTIGATOR))
        self.only_team = teams.first() if statement is None and teams.count() == 1 else None
        if statement is None and self.only_team is None:
            self.fields["team"] = forms.ModelChoiceField(label=_("Team"), queryset=teams)

    def clean(self) -> dict[str, Any]:
        """Add the team when there was no choice."""
        cleaned = dict(super().clean() or {})
        if self.only_team:
            cleaned["team"] = self.only_team
        return cleaned


def initial_of(statement: Statement, user: User) -> dict[str, Any]:
    """What the record says now, with the links that the person may see."""
    names = ("speaker", "speaker_kind", "office", "command", "kind", "made", "medium", "url", "text", "language",
             "translation")  # fmt: skip
    return {
        **{name: getattr(statement, name) for name in names},
        "party": statement.party_id,
        "expected_updated_at": statement.updated_at,
        "captures": list(Item.objects.visible_to(user).filter(statements=statement)),
        "incidents": list(Case.objects.visible_to(user).filter(statements=statement)),
    }
