"""Registering an item, changing it, adding to it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Role, Team, User
from casework.care.models import Graphic
from casework.cases.models import Case
from casework.core.dates import PartialDateField
from casework.core.filters import VisibleChoiceField
from casework.core.forms import CaseworkForm, HalfText, LongText, StaleEditMixin
from casework.core.once import OnceMixin
from casework.evidence.actions.files import ADDED_AS
from casework.evidence.forms.details import detail_fields, earlier_fields, told_earlier
from casework.evidence.forms.fields import (
    MomentOfUtc,
    SourceField,
    caveat_field,
    establishes_field,
    recipients_field,
)
from casework.evidence.forms.files import FilesMixin
from casework.evidence.models import EvidenceFile, EvidenceLink, Item, Source
from casework.evidence.models.items import Credibility, Kind

WITH_FILE = frozenset({Kind.VIDEO, Kind.IMAGE, Kind.AUDIO, Kind.DOCUMENT})
"""Kinds that are nothing without a file."""
POST_BEGINS = ("url", "text", "translation", "files", "uploads", "each_own")


class RecordForm(CaseworkForm):
    """What is said of an item of any kind; the fields of its own kind follow the description."""

    title = forms.CharField(
        label=_("Title"), max_length=200, widget=forms.TextInput({"dir": "auto", "autocomplete": "off"}),
        help_text=_("What it is, in a few words. Name nobody here."),
    )  # fmt: skip
    description = forms.CharField(
        label=_("What it shows"), required=False, max_length=20_000, widget=LongText(),
        help_text=_("In words, so that a colleague need not look. Say what is heard, too."),
    )  # fmt: skip
    language = forms.CharField(label=_("Language"), required=False, max_length=40, widget=HalfText({"dir": "auto"}))
    recorded = PartialDateField(label=_("Recorded"), required=False, past=True, widget=HalfText())
    published_at = MomentOfUtc(label=_("Published"))
    source = SourceField(queryset=Source.objects.none())
    how_obtained = forms.CharField(
        label=_("How it was obtained"), required=False, max_length=300, widget=forms.TextInput({"dir": "auto"})
    )
    collected_by = forms.CharField(label=_("Collected by"), required=False, max_length=160, widget=HalfText())
    credibility = forms.TypedChoiceField(
        label=_("Credibility of the item"), choices=Credibility.choices, coerce=int,
        initial=Credibility.CANNOT_BE_JUDGED, help_text=_("Judged apart from its source."), widget=forms.RadioSelect,
    )  # fmt: skip
    graphic = forms.TypedChoiceField(
        label=_("How hard it is to look at"), choices=Graphic.choices, coerce=int, initial=Graphic.DEATH,
        widget=forms.RadioSelect,
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, kind: str, teams: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = Kind(kind)
        own = detail_fields(kind)
        self.detail_names = list(own)
        self.fields |= own
        head = ["title", *own, "description"] if own and self.kind != Kind.VIDEO else ["title", "description"]
        # A post begins with its address: it tells the most, and whether the post is recorded already.
        first = ("team", *POST_BEGINS) if self.kind == Kind.POST else self.first_fields
        self.order_fields([*first, *head, "establishes", "bearing", "link_note", "recorded", "source", *own])
        sources = Source.objects.visible_to(user).filter(team__in=teams)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]

    first_fields: tuple[str, ...] = ()

    @property
    def details(self) -> dict[str, Any]:
        """What was typed for the kind's own table."""
        return {name: self.cleaned_data[name] for name in self.detail_names}

    @property
    def values(self) -> dict[str, Any]:
        """What was typed for the item itself."""
        return {name: self.cleaned_data[name] for name in RecordForm.base_fields if name in self.fields}


class RegisterForm(FilesMixin, OnceMixin, RecordForm):
    """An item with its files and, when it is begun from a case, what it establishes there."""

    first_fields = ("team", "files", "uploads", "each_own")

    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)
    each_own = forms.BooleanField(
        label=_("Each file becomes a record of its own"), required=False,
        help_text=_("For several files: the same words for each, with the file's name in the title. All or none."),
    )  # fmt: skip
    caveat = caveat_field(empty=_("As the source says"))
    caveat_recipients = recipients_field()
    case = VisibleChoiceField(queryset=Case.objects.none(), required=False, widget=forms.HiddenInput)
    establishes = establishes_field(required=False)
    bearing = forms.ChoiceField(
        label=_("It supports or contradicts what is recorded"), choices=EvidenceLink.Bearing.choices, required=False,
        initial=EvidenceLink.Bearing.SUPPORTS, widget=forms.RadioSelect,
    )  # fmt: skip
    link_note = forms.CharField(
        label=_("Note on this case"), required=False, max_length=5000, widget=LongText({"rows": 3})
    )

    def __init__(self, *args: Any, user: User, kind: str, case: Case | None, **kwargs: Any) -> None:
        teams = Team.objects.filter(pk__in=user.teams_as(Role.INVESTIGATOR))
        super().__init__(*args, user=user, kind=kind, teams=list(teams), **kwargs)
        self.user, self.for_case = user, case
        self.fields["files"].required = self.kind in WITH_FILE
        self.offer_uploads(user)
        if self.kind == Kind.TESTIMONY:
            earlier, names = earlier_fields(), list(self.fields)
            self.fields |= earlier
            place = names.index("repeat_reason")
            self.order_fields([*names[:place], *earlier, *names[place:]])
        self._narrow(teams, case)

    def _narrow(self, teams: Any, case: Case | None) -> None:
        self.only_team = case.team if case else teams[0] if len(teams) == 1 else None
        if self.only_team:
            del self.fields["team"]
        else:
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if case is None:
            for name in ("case", "establishes", "bearing", "link_note"):
                del self.fields[name]
        else:
            self.fields["case"].queryset = Case.objects.visible_to(self.user)  # type: ignore[attr-defined]
            self.initial.setdefault("case", case.pk)
            self.fields["establishes"].required = True
        if not list(self.fields["caveat_recipients"].choices):  # type: ignore[attr-defined]
            del self.fields["caveat_recipients"]

    @property
    def registration(self) -> dict[str, Any]:
        """The arguments of `register_item` apart from the actor."""
        data = self.cleaned_data
        given = {**self.values, "kind": self.kind, "team": self.only_team or data["team"], "details": self.details}
        given["files"] = self.given_files
        given["details"] |= told_earlier(data)
        if data["caveat"]:
            given["caveat"] = data["caveat"]
        if data.get("caveat_recipients"):
            given["caveat_recipients"] = [uuid.UUID(key) for key in data["caveat_recipients"]]
        if self.for_case:
            given |= {"case": self.for_case, "establishes": data["establishes"], "link_note": data["link_note"]}
            given["bearing"] = data["bearing"] or EvidenceLink.Bearing.SUPPORTS
        return given


class ChangeForm(StaleEditMixin, RecordForm):
    """What is said of an item, changed. Fields that the person may not see are not there, and stay as they are."""

    def __init__(self, *args: Any, user: User, item: Item, hidden: frozenset[str], **kwargs: Any) -> None:
        initial = {name: getattr(item, name) for name in RecordForm.base_fields}
        row = getattr(item, item.kind, None)
        initial |= {name: getattr(row, name) for name in detail_fields(item.kind) if hasattr(row, name)}
        initial["expected_updated_at"] = item.updated_at
        super().__init__(*args, user=user, kind=item.kind, teams=[item.team_id], initial=initial, **kwargs)
        if self.kind == Kind.POST:
            # What was found later is an observation of its own, with its day.
            hidden |= {"removed_on"}
        # Judgements have their own forms, which ask why, and say who said what before.
        for name in {"credibility", "graphic"} | (hidden & set(self.detail_names)):
            del self.fields[name]
        self.detail_names = [name for name in self.detail_names if name not in hidden]
        if "identity" in self.fields:
            # Opening this form is no look at the witness: what is kept is neither shown here nor lost.
            self.initial["identity"] = ""
            self.fields["identity"].help_text = _("Kept as it is while this is empty.")

    @property
    def details(self) -> dict[str, Any]:
        """What was typed for the kind's own table; an empty identity keeps what is there."""
        return {name: value for name, value in super().details.items() if name != "identity" or value}


class AddFileForm(FilesMixin, OnceMixin, CaseworkForm):
    """More files for an item."""

    part = forms.ChoiceField(
        label=_("What the files are"),
        choices=[pair for pair in EvidenceFile.Part.choices if pair[0] in ADDED_AS],
        initial=EvidenceFile.Part.ATTACHMENT,
        widget=forms.RadioSelect,
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_uploads(user)
