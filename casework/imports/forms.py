"""The shapes of what people choose about an import. Actions decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.accounts.models import Role, Team, User
from casework.cases.models import Case
from casework.core.filters import VisibleChoiceField
from casework.core.forms import CaseworkForm, HalfText
from casework.core.once import OnceMixin
from casework.evidence.forms.fields import SourceField, caveat_field, establishes_field
from casework.evidence.forms.files import FilesMixin
from casework.evidence.models import Caveat, Source
from casework.evidence.models.items import Graphic
from casework.imports.models import Import

KIND_HELP = _(
    "Telegram: the exported folder with result.json, as one ZIP. Table: a ZIP of files with a .csv or .xlsx that names "
    "them. Auto-archiver: its folder as one ZIP. Web archive: the .wacz or .warc itself. Several files may also be "
    "chosen one by one."
)


class ReceiveForm(FilesMixin, OnceMixin, CaseworkForm):
    """What comes in, and what holds for everything in it unless a row says otherwise."""

    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)
    kind = forms.ChoiceField(
        label=_("What it is"), choices=Import.Kind.choices, widget=forms.RadioSelect, help_text=KIND_HELP
    )
    channel = forms.CharField(
        label=_("Public name of the channel"), required=False, max_length=40, widget=HalfText(),
        help_text=_("Only for Telegram: as behind t.me/. The export does not hold it, and addresses need it."),
    )  # fmt: skip
    source = SourceField(queryset=Source.objects.none())
    how_obtained = forms.CharField(
        label=_("How it was obtained"), required=False, max_length=300, widget=forms.TextInput({"dir": "auto"})
    )
    graphic = forms.TypedChoiceField(
        label=_("How hard it is to look at"), choices=Graphic.choices, coerce=int, initial=Graphic.DEATH,
        widget=forms.RadioSelect, help_text=_("Of everything, until it is judged one by one."),
    )  # fmt: skip
    caveat = caveat_field(empty=_("As the source says"))
    case = VisibleChoiceField(queryset=Case.objects.none(), required=False, widget=forms.HiddenInput)
    establishes = establishes_field()

    def __init__(self, *args: Any, user: User, case: Case | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=user.teams_as(Role.INVESTIGATOR))
        self.for_case = case
        self.only_team = case.team if case else teams[0] if len(teams) == 1 else None
        if self.only_team:
            del self.fields["team"]
        else:
            self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if case is None:
            del self.fields["case"], self.fields["establishes"]
        else:
            self.fields["case"].queryset = Case.objects.visible_to(user)  # type: ignore[attr-defined]
            self.initial.setdefault("case", case.pk)
        # A list of recipients is made for one item at a time.
        caveats = self.fields["caveat"].choices  # type: ignore[attr-defined]
        self.fields["caveat"].choices = [pair for pair in caveats if pair[0] != Caveat.LISTED]  # type: ignore[attr-defined]
        self.fields["files"].help_text = _("Nothing comes in before you have seen what would, and confirmed it.")
        self.offer_uploads(user)
        self.order_fields(["team", "kind", "files", "uploads"])
        sources = Source.objects.visible_to(user).filter(team__in=list(teams))
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """The arguments of `receive_import` apart from the actor."""
        data = self.cleaned_data
        given = {name: data[name] for name in ("kind", "channel", "source", "how_obtained", "graphic")}
        given["files"] = self.given_files
        given["team"] = self.only_team or data["team"]
        if data["caveat"]:
            given["caveat"] = data["caveat"]
        if self.for_case:
            given |= {"case": self.for_case, "establishes": data["establishes"]}
        return given


class ConfirmForm(OnceMixin, CaseworkForm):
    """The parts to bring in, and that rows with errors are left out."""

    groups = forms.MultipleChoiceField(
        label=_("Bring in"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("Tick what is evidence.")
    )
    leave_out = forms.BooleanField(label=_("Leave out the rows with errors"), required=False)

    def __init__(self, *args: Any, batch: Import, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if batch.groups:
            choices = [(group["key"], _group_label(group)) for group in batch.groups]
            self.fields["groups"].choices = choices  # type: ignore[attr-defined]
            self.initial.setdefault("groups", [group["key"] for group in batch.groups if group["chosen"]])
        else:
            del self.fields["groups"]
        if not batch.figures.get("wrong"):
            del self.fields["leave_out"]

    @property
    def values(self) -> dict[str, Any]:
        given: dict[str, Any] = {"leave_out": self.cleaned_data.get("leave_out", False)}
        if "groups" in self.fields:
            given["groups"] = self.cleaned_data["groups"]
        return given


def _group_label(group: dict[str, Any]) -> str:
    said = _("%(label)s: %(new)s new, %(known)s already here, %(wrong)s with errors")
    return said % {"label": group["label"], **{name: group.get(name, 0) for name in ("new", "known", "wrong")}}
