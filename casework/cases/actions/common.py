"""What every write to a case begins with: the case locked, seen and permitted, and its input checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.core.access import require
from casework.core.errors import Conflict, Invalid, NotFound, StepUpRequired
from casework.core.text import UnstorableText, refuse_unstorable

Part = TypeVar("Part", bound=models.Model)


def take_case(case: Case, actor: Any, rule: Callable[[Any, Case], bool] | None = None) -> Case:
    """The case, locked and re-read, if `actor` may see it and `rule` holds.

    Raises NotFound when it is hidden from them, NotAllowed when the rule refuses. Call it inside a transaction.
    """
    rows = Case.objects.visible_to(actor).select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=case.pk).first()
    if row is None:
        raise not_found()
    if rule is not None:
        require(rule, actor, row)
    return row


def take_open_case(case: Case, actor: Any, rule: Callable[[Any, Case], bool]) -> Case:
    """`take_case` for work that needs an open case: raises Conflict when it was closed. `rule` ignores the state."""
    row = take_case(case, actor, rule)
    require_open(row)
    return row


def require_open(case: Case) -> None:
    """Raise Conflict unless the case is open."""
    if case.state != Case.State.OPEN:
        raise Conflict(_("The case is closed. Reopen it to change anything in it."), code="case_closed")


def take_part(part: Part, actor: Any, rule: Callable[[Any, Case], bool]) -> Part:
    """A row of an open case, locked after its case, both re-read. Raises like `take_open_case`.

    A row that was removed in the meantime is not found.
    """
    case = take_open_case(part.case, actor, rule)  # type: ignore[attr-defined]
    rows = type(part)._default_manager.select_for_update(of=("self",)).filter(pk=part.pk, case=case)
    row = rows.first()
    if row is None or getattr(row, "removed_at", None) is not None:
        raise not_found()
    row.case = case  # type: ignore[attr-defined]
    return row


def not_found() -> NotFound:
    """The one answer to what is hidden and to what does not exist."""
    return NotFound(_("There is no such record, or you may not see it."))


def refuse_token(actor: Any) -> None:
    """Raise StepUpRequired for an act that only a person at the page may do."""
    if getattr(actor, "token_scopes", None) is not None:
        raise StepUpRequired(_("This must be done by a person at the page, not with an API token."))


def require_reason(reason: str, field: str = "reason", longest: int = 2000) -> str:
    """The reason without blanks around it; raises Invalid when it is empty, too long or cannot be stored."""
    text = tidy(reason)
    if not text:
        raise Invalid(_("Say why."), fields={field: [_("Say why.")]})
    if len(text) > longest:
        message = _("Keep this under %(longest)s characters.") % {"longest": longest}
        raise Invalid(message, fields={field: [message]})
    refuse_text({field: text})
    return text


def tidy(value: Any) -> Any:
    """Text without blanks around it and with plain line ends, as browsers send others; anything else as it is."""
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else value


def refuse_text(values: Mapping[str, Any]) -> None:
    """Raise Invalid for text that the database cannot keep."""
    for name, value in values.items():
        if isinstance(value, str):
            try:
                refuse_unstorable(value)
            except UnstorableText as error:
                message = _("Remove the characters that cannot be stored.")
                raise Invalid(message, fields={name: [message]}) from error


def refuse_unknown(values: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise Invalid for fields that a caller may not write."""
    unknown = sorted(set(values) - set(known))
    if unknown:
        message = _("There is no such field.")
        raise Invalid(message, fields={name: [message] for name in unknown})


def apply(row: models.Model, values: Mapping[str, Any]) -> None:
    """Set `values` on an unsaved copy or a new row and check each by its field's own rules.

    Raises Invalid with every field at fault. References are not looked up again: they came through `visible_to`.
    """
    refuse_text(values)
    for name, value in values.items():
        setattr(row, name, value)
    checked = {f.name for f in row._meta.concrete_fields if f.name in values and not f.is_relation}
    others = [f.name for f in row._meta.concrete_fields if f.name not in checked]
    problems: dict[str, list[str]] = {}
    try:
        row.clean_fields(exclude=others)
    except ValidationError as error:
        problems = {name: list(messages) for name, messages in error.message_dict.items()}
    for name in checked:
        longest = getattr(row._meta.get_field(name), "max_length", None)
        if isinstance(values[name], str) and longest and len(values[name]) > longest and name not in problems:
            problems[name] = [_("Keep this under %(longest)s characters.") % {"longest": longest}]
    if problems:
        raise Invalid(_("Some of the input cannot be accepted."), fields=problems)


def change_detail(changed: Mapping[str, list[Any]], plain: Collection[str]) -> dict[str, Any]:
    """What the audit says of a change: the names of all fields, and before and after of those that identify nobody."""
    detail: dict[str, Any] = {"fields": sorted(changed)}
    if told := {name: pair for name, pair in changed.items() if name in plain}:
        detail["changes"] = told
    return detail
