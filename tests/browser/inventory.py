"""Every page of the office with an address of a real example, so that a new page cannot be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.urls import get_resolver, reverse

from casework.accounts.models import RoleGrant
from casework.audit import clock
from casework.cases.models import CaptureMoment, Party, Perpetrator, Task, Victim
from casework.evidence.models import EvidenceFile, EvidenceLink, Item, Mark, Scan, Source
from casework.evidence.models.items import Kind
from casework.figures.models import IssuerFigure
from casework.findings.models import Finding
from casework.imports.models import Import
from casework.recognition.models import Pair
from casework.referrals.models import Recipient, Referral
from casework.statements.models import Statement
from tests.recognition.pairs import compared, match

# Answers to a POST alone, files, checks of health, and what only redirects; each is tested where it belongs.
NOT_PAGES = frozenset({
    "healthz", "readyz", "core:theme", "office:audit_export", "office:audit_verify", "cases:export",
    "cases:assignment_end", "cases:grant_end", "cases:task_complete", "cases:task_reopen", "evidence:export",
    "evidence:preview", "evidence:reveal", "evidence:part", "evidence:use_suggestion", "evidence:register_attachment",
    "evidence:moment", "evidence:cover", "care:look", "evidence:witness", "evidence:original", "evidence:check",
    "figures:cases_csv", "figures:months_csv", "referrals:dossier_pdf", "referrals:package", "referrals:letter_file",
    "integrity:heads_file", "integrity:verifier", "integrity:custody",
    "evidence:read_address",
    "imports:problems", "imports:confirm", "imports:retry", "imports:cancel",
    "evidence:uploads", "evidence:upload", "evidence:upload_poster", "evidence:arrivals",
    "recognition:reveal", "recognition:cover", "recognition:picture",
    "accounts:revoke_token", "accounts:lock", "statements:export",
    "mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_login_webauthn",
    "mfa_download_recovery_codes", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_remove_webauthn", "mfa_edit_webauthn", "account_inactive", "accounts:invitation",
    "admin:login", "admin:logout", "admin:password_change", "admin:password_change_done", "admin:autocomplete",
    "admin:jsi18n", "admin:view_on_site", "admin:app_list",
})  # fmt: skip


def names() -> set[str]:
    """The name of every address outside the API that is a page."""

    def walk(resolver: Any, namespace: str = "") -> Iterator[str]:
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
            elif pattern.name:
                yield f"{namespace}{pattern.name}"

    return {name for name in walk(get_resolver()) if not name.startswith("api:")} - NOT_PAGES


def routes() -> dict[str, tuple[str, ...]]:
    """Every page with who can open it, followed by the examples to open it with."""
    lines = (line.split(" := ") for line in _PAGES.strip().splitlines())
    return {name: tuple(ways.split()) for name, ways in lines}


# Page := who can open it, and the examples to open it with ("-" for none, "?..." for a query). See `examples`.
_PAGES = """
office:home := investigator -
office:search := investigator -
office:audit := auditor -
office:integrity := auditor -
integrity:fixity := auditor -
office:api_docs := investigator -
office:case_history := investigator case
cases:list := investigator -
cases:create := investigator -
cases:break_glass := reviewer2 -
cases:detail := investigator case fresh closed proposed returned superseded
cases:change := investigator case/what case/when case/where case/parties case/handling
cases:close := investigator case
cases:reopen := investigator closed
cases:sensitivity := investigator case
cases:assign := investigator case
cases:grant := investigator case
cases:people := investigator case fresh
cases:victim_add := investigator case
cases:victim_change := investigator victim
cases:victim_remove := investigator victim
cases:perpetrator_add := investigator case
cases:perpetrator_change := investigator perpetrator
cases:perpetrator_remove := investigator perpetrator
cases:timeline := investigator case fresh
cases:moment_add := investigator case
cases:moment_change := investigator moment
cases:moment_remove := investigator moment
cases:notes := investigator case fresh
cases:task_add := investigator case
cases:task_change := investigator task
evidence:list := investigator -
evidence:new := investigator =video =unit_report =post =image =audio =testimony =document
evidence:detail := investigator video report post interview
evidence:change := investigator video report post interview
evidence:link := investigator video
evidence:assess := investigator video/=source video/=technical video/=content
evidence:rate := investigator video
evidence:mark := investigator video
evidence:withdraw := investigator interview
evidence:earlier := investigator interview
evidence:look := investigator video_file
evidence:observe := investigator post
evidence:release := investigator video
evidence:add_file := investigator video
evidence:copy := investigator file
evidence:infected := investigator infected
evidence:clear := investigator infected
evidence:unlink := investigator link
evidence:mark_add := investigator video
evidence:mark_change := investigator mark
evidence:mark_remove := investigator mark
evidence:case_evidence := investigator case fresh
evidence:source_list := investigator -
evidence:source_new := investigator -
evidence:source_detail := investigator source
evidence:source_change := investigator source
evidence:source_rate := investigator source
integrity:heads := auditor -
imports:list := investigator -
imports:new := investigator -
imports:detail := investigator import_preview import_done import_failed
recognition:pairs := investigator -
recognition:pair := investigator pair
recognition:cluster := investigator video
recognition:cluster_add := investigator video
findings:case_findings := investigator case fresh returned
findings:propose := investigator case
findings:elements := investigator case
findings:detail := investigator approved_finding proposed_finding returned_finding
findings:resubmit := investigator returned_finding
findings:withdraw := investigator returned_finding
findings:review := reviewer proposed_finding
findings:approve := reviewer proposed_finding
findings:return := reviewer proposed_finding
findings:review_queue := reviewer -
referrals:list := officer - ?view=board
referrals:new := officer -
referrals:detail := officer draft awaiting_approval approved delivery_unknown sent replied
referrals:dossier := officer sent
referrals:basics := officer draft
referrals:evidence := officer draft
referrals:note := officer draft
referrals:submit := officer draft
referrals:approve := officer2 awaiting_approval
referrals:return := officer2 awaiting_approval
referrals:withdraw := officer draft
referrals:record_sent := officer approved
referrals:delivery_unknown := officer approved
referrals:resolve_sent := officer delivery_unknown
referrals:resolve_not_sent := officer delivery_unknown
referrals:acknowledge := officer sent
referrals:reply := officer sent
referrals:letter := officer sent
referrals:close := officer replied
referrals:case_referrals := officer case fresh superseded
referrals:recipients := officer -
referrals:register := officer recipient
statements:list := investigator -
statements:create := investigator -
statements:detail := investigator statement
statements:change := investigator statement
figures:figures := investigator -
figures:issuer_figure_create := officer -
figures:issuer_figure_detail := investigator issuer
figures:issuer_figure_change := officer issuer
care:watched := investigator -
care:preference := investigator -
care:totals := investigator -
accounts:people := admin -
accounts:invite := admin -
accounts:person := admin person
accounts:new_link := admin person
accounts:grant_role := admin person
accounts:end_role := admin person/grant
accounts:disable := admin person
accounts:enable := admin disabled
accounts:reset_factor := admin person
accounts:teams := admin -
accounts:create_team := admin -
accounts:team := admin team
accounts:change_team := admin team
accounts:account := investigator -
accounts:change_name := investigator -
accounts:create_token := investigator -
account_login := nobody -
account_logout := investigator -
account_reauthenticate := investigator -
account_change_password := investigator -
usersessions_list := investigator -
mfa_index := investigator -
mfa_activate_totp := investigator -
mfa_list_webauthn := investigator -
mfa_add_webauthn := investigator -
admin:index := admin -
admin:cases_party_changelist := admin -
admin:cases_party_add := admin -
admin:cases_party_change := admin party
admin:cases_party_delete := admin party
admin:cases_region_changelist := admin -
admin:cases_unit_add := admin -
"""


def examples(office: SimpleNamespace) -> dict[str, Any]:
    """One object for each kind that addresses name, from the stories of `small_office`."""
    told, case = office.told, office.told.cases[102]
    mine = office.users["investigator"]
    items = Item.objects.filter(links__case=case, links__removed_at=None)
    person = office.users["viewer"]
    found: dict[str, Any] = {
        "case": case, "proposed": told.cases[105], "fresh": told.cases[106], "superseded": told.cases[12],
        "victim": Victim.objects.filter(case=case).first(),
        "perpetrator": Perpetrator.objects.filter(case=case).first(),
        "moment": CaptureMoment.objects.filter(case=case).first(), "task": Task.objects.filter(case=case).first(),
        "video": items.filter(kind=Kind.VIDEO).first(), "report": items.filter(kind=Kind.UNIT_REPORT).first(),
        "interview": items.filter(kind=Kind.TESTIMONY).first(),
        "mark": Mark.objects.filter(item__in=items).first(),
        "post": items.filter(kind=Kind.POST).first(), "link": EvidenceLink.objects.filter(case=case).first(),
        "source": Source.objects.filter(team=case.team).first(), "statement": Statement.objects.first(),
        "recipient": Recipient.objects.get(code="ICRC"), "issuer": IssuerFigure.objects.first(),
        "pair": some_pair(items), "person": person, "grant": RoleGrant.objects.in_force().filter(user=person).first(),
        "disabled": office.users["south.officer"], "team": case.team, "party": Party.objects.get(code="UA"),
    }  # fmt: skip
    found["video_file"] = EvidenceFile.objects.filter(item=found["video"]).first()
    found |= {"file": found["video"].files.first(), "infected": _infected(found["post"])}
    found |= {f"{state}_finding": Finding.objects.filter(state=state).first() for state in Finding.State.values}
    found["returned_finding"] = Finding.objects.filter(state="returned", proposed_by=mine).first()
    found |= {f"import_{batch.state}": batch for batch in Import.objects.all()}
    found |= {"closed": told.cases[42], "returned": told.cases[104]}
    return {state: Referral.objects.filter(state=state).first() for state in Referral.State.values} | found


def some_pair(items: Any) -> Pair:
    """Two items of a case that a worker would have paired, with pictures at the places that match."""
    held = items.filter(files__isnull=False).distinct()
    first, second = sorted(held.order_by("reference")[:2], key=lambda item: item.pk)
    blobs = [item.files.order_by("pk").first().blob for item in (first, second)]
    for blob in blobs:
        compared(blob)
    match(*blobs)
    return Pair.objects.get_or_create(first=first, second=second, defaults={"kinds": ["footage"], "sure": 3})[0]


def _infected(item: Item) -> EvidenceFile | None:
    """A file of the item in which a scanner found something."""
    file = item.files.first()
    if file is not None:
        said = {
            "state": "found",
            "signature": "Win.Test.EICAR_HDB-1",
            "engine": "ClamAV 1.4.2",
            "scanned_at": clock.now(),
        }
        Scan.objects.update_or_create(blob=file.blob, defaults=said)
    return file


def addresses(office: SimpleNamespace) -> dict[str, list[str]]:
    """Addresses of every page, by name."""
    known = examples(office)

    missing = [kind for kind in known if known[kind] is None and any(kind in way for way in routes().values())]
    assert missing == []

    def argument(kind: str) -> Any:
        if kind.startswith("=") or kind not in known:
            return kind.lstrip("=")
        return known[kind].pk

    def address(name: str, way: str) -> str:
        kinds, _mark, query = way.partition("?")
        arguments = [argument(kind) for kind in kinds.split("/") if kind not in ("", "-")]
        return reverse(name, args=arguments) + (f"?{query}" if query else "")

    return {name: [address(name, way) for way in examples_of] for name, (_role, *examples_of) in routes().items()}
