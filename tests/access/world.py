"""A team's whole world: one row of every kind that a route can name, each text holding the team's canary."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

from casework.accounts.models import RoleGrant, Token
from casework.accounts.secrets import secret_hash
from casework.audit import clock
from casework.care.models import Look
from casework.cases.models import CaptureMoment, CaseAssignment, CaseGrant, Note, Perpetrator, Tag, Task, Unit
from casework.core.references import next_reference
from casework.core.text import skeleton
from casework.evidence.models import (
    Assessment,
    Blob,
    CredibilityRating,
    EarlierInterview,
    EvidenceFile,
    EvidenceLink,
    GraphicMark,
    Mark,
    Post,
    Preview,
    SourceRating,
    Testimony,
    UnitReport,
    Upload,
)
from casework.figures.models import IssuerFigure
from casework.findings.models import ElementAssessment
from casework.imports.models import Import, Imported, ImportFile, ImportProblem, ImportRow
from casework.recognition.models import Judgement, Pair
from casework.referrals.models import Correspondence, CorrespondenceFile, Package, Recipient, Referral, ReferralCase
from casework.statements.models import Statement
from tests.factories import (
    CaseFactory,
    FindingFactory,
    ItemFactory,
    PartyFactory,
    RegionFactory,
    SourceFactory,
    VictimFactory,
    person,
)

DAY = datetime.date(2024, 10, 1)


def build(team: Any, author: Any, canary: str, *, sensitive: bool = False) -> SimpleNamespace:
    """Rows of `team`, written by `author`, whose texts all contain `canary`. On a sensitive case nobody is named."""
    world = SimpleNamespace(canary=canary, team=team)
    _case(world, team, author, canary, sensitive)
    # Sources and statements are the team's, whatever cases they serve.
    of_the_team = "of the team" if sensitive else canary
    world.source = SourceFactory(team=team, name=f"Source {of_the_team}", note=f"Note {of_the_team}", created_by=author)
    SourceRating.objects.create(source=world.source, reliability="B", reason=f"Reason {of_the_team}", rated_by=author)
    _evidence(world, team, author, canary)
    _findings(world, author, canary)
    _referrals(world, team, author, canary)
    world.statement = Statement.objects.create(
        reference=next_reference("S"), team=team, speaker=f"Speaker {of_the_team}", speaker_kind="official",
        office=f"Office {of_the_team}", party=PartyFactory(), made_earliest=DAY, made_latest=DAY,
        medium=f"Medium {of_the_team}", text=f"Words {of_the_team}", language="English",
        kind="no_quarter", registered_by=author,
    )  # fmt: skip
    return world


def _case(world: Any, team: Any, author: Any, canary: str, sensitive: bool) -> None:
    world.case = case = CaseFactory(
        title=f"Case {canary}", summary=f"Summary {canary}", settlement=f"Place {canary}", place_note=f"Near {canary}",
        region=RegionFactory(), team=team, created_by=author, sensitive=sensitive, occurred_earliest=DAY,
        occurred_latest=DAY,
    )  # fmt: skip
    case.tags.add(Tag.objects.get_or_create(name="common tag")[0])
    helper = world.helper = person("Helper" if sensitive else f"Helper {canary[::-1]}", "investigator", team=team)
    if not sensitive:
        world.assignment = CaseAssignment.objects.create(case=case, user=helper, assigned_by=author)
    guest = world.guest = person(f"Guest {canary[::-1]}")
    world.grant = CaseGrant.objects.create(
        case=case,
        user=guest,
        granted_by=author,
        reason=f"Reason {canary}",
        ends_at=clock.now() + datetime.timedelta(days=9),
    )
    world.victim = VictimFactory(
        case=case, surname=f"Surname{canary}", first_names="Ivan", name_key=skeleton(f"Surname{canary} Ivan"),
        note=f"Note {canary}", service_number=canary, created_by=author,
    )  # fmt: skip
    unit = Unit.objects.get_or_create(name="Unit known to all", defaults={"party": PartyFactory(code="RU")})[0]
    world.perpetrator = Perpetrator.objects.create(
        case=case, kind="person", name=f"Name {canary}", name_key=skeleton(f"Name {canary}"), unit=unit,
        involvement="ordered", basis=f"Basis {canary}", created_by=author,
    )  # fmt: skip
    world.task = Task.objects.create(case=case, title=f"Task {canary}", due_on=DAY, created_by=author)
    world.moment = CaptureMoment.objects.create(
        case=case, position=1, kind="captured", note=f"Moment {canary}", created_by=author
    )
    world.note = Note.objects.create(case=case, text=f"Note {canary}", written_by=author)


def _evidence(world: Any, team: Any, author: Any, canary: str) -> None:
    world.item = ItemFactory(
        team=team, kind="post", title=f"Item {canary}", description=f"Shows {canary}", source=world.source,
        registered_by=author, collected_by=f"Collector {canary}", case=world.case,
    )  # fmt: skip
    world.link = EvidenceLink.objects.get(item=world.item)
    Post.objects.create(
        item=world.item,
        platform="telegram",
        handle=f"handle_{canary}",
        url=f"https://t.me/{canary}/1",
        normal_url=f"https://t.me/{canary}/1",
        text=f"Text {canary}",
    )
    report = ItemFactory(team=team, kind="unit_report", title=f"Report {canary}", case=world.case, registered_by=author)
    UnitReport.objects.create(item=report, unit=f"Unit {canary}", author=f"Author {canary}", number=canary)
    first, second = sorted((world.item, report), key=lambda item: item.pk)
    world.pair = Pair.objects.create(first=first, second=second, sure=3, kinds=["footage"])
    Judgement.objects.create(pair=world.pair, verdict="same", note=f"Compared {canary}", judged_by=author)
    interview = world.interview = ItemFactory(
        team=team, kind="testimony", title=f"Interview {canary}", registered_by=author, case=world.case
    )
    Testimony.objects.create(item=interview, pseudonym=f"Pseudonym {canary}", identity=f"Real {canary}", consent="Full")
    EarlierInterview.objects.create(item=interview, by_whom=f"Elsewhere {canary}", recorded_by=author)
    world.assessment = Assessment.objects.create(
        item=world.item, by=author, aspect="content", grade="holds", method=f"Method {canary}", note=f"Note {canary}"
    )
    CredibilityRating.objects.create(item=world.item, by=author, credibility=3, reason=f"Reason {canary}")
    GraphicMark.objects.create(item=world.item, by=author, level=2, note=f"Mark {canary}")
    world.blob = Blob.objects.create(
        sha256=secret_hash(canary), blake3=secret_hash(canary), size=10, media_type="image/jpeg"
    )
    for kind in Preview.Kind.values:
        Preview.objects.create(blob=world.blob, kind=kind, state="ready", derived="0" * 64, media_type="image/jpeg")
    # Its author's own: not the team's, and of no case.
    world.look = Look.objects.create(user=author, level=2, step="grey")
    _import(world, team, author, canary)
    world.upload = Upload.objects.create(
        owner=author, name=f"{canary}.mp4", size=10, offset=10, state="complete", blob=world.blob,
        expires_at=clock.now() + datetime.timedelta(days=7),
    )  # fmt: skip
    world.file = EvidenceFile.objects.create(
        item=world.item, blob=world.blob, name=f"{canary}.pdf", added_by=author, declared_type="application/pdf"
    )
    clip = Blob.objects.create(
        sha256=secret_hash(f"clip {canary}"), blake3=secret_hash(f"clip {canary}"), size=10, media_type="video/mp4"
    )
    world.clip = EvidenceFile.objects.create(
        item=report, blob=clip, name=f"{canary}.mp4", added_by=author, declared_type="video/mp4"
    )
    world.mark = Mark.objects.create(item=report, file=world.clip, at=74, text=f"Mark {canary}", made_by=author)


def _import(world: Any, team: Any, author: Any, canary: str) -> None:
    """A preview that waits, and what an item came with."""
    figures = {**dict.fromkeys(("new", "known", "wrong", "files", "bytes", "missing"), 0), "new": 1}
    batch = world.batch = Import.objects.create(
        figures=figures,
        reference=next_reference("I"), team=team, kind="telegram", state="preview", case=world.case,
        channel=canary[:40], created_by=author, told=[{"tone": "info", "text": f"Told {canary}"}],
    )  # fmt: skip
    ImportFile.objects.create(batch=batch, position=0, blob=world.blob, name=f"{canary}.zip")
    ImportRow.objects.create(
        batch=batch, position=1, plan="new", kind="post", keys=[f"key {canary}"], values={"title": f"Row {canary}"}
    )
    ImportProblem.objects.create(batch=batch, place="row 1", weight="note", text=f"Problem {canary}")
    Imported.objects.create(batch=batch, item=world.item, team=team, key=f"came {canary}", place=f"message {canary}")


def _findings(world: Any, author: Any, canary: str) -> None:
    approver = person(f"Approver {canary[::-1]}")
    world.decided = FindingFactory(
        case=world.case, proposed_by=author, reasons=f"Reasons {canary}", state="approved", approved_by=approver,
        decided_on=DAY, cited=[world.link],
    )  # fmt: skip
    world.finding = FindingFactory(
        case=world.case, proposed_by=author, reasons=f"Again {canary}", supersedes=world.decided
    )
    world.element = ElementAssessment.objects.create(
        case=world.case, qualification="8-2-a-i", element="killed", note=f"Note {canary}", assessed_by=author
    )


def _referrals(world: Any, team: Any, author: Any, canary: str) -> None:
    world.recipient = Recipient.objects.order_by("code").first()
    world.referral = referral = Referral.objects.create(
        reference=next_reference("R"), team=team, recipient=world.recipient, covering_note=f"Covering {canary}",
        prepared_by=author, drafters=[author.pk], their_reference=canary,
    )  # fmt: skip
    ReferralCase.objects.create(referral=referral, case=world.case, finding=world.decided)
    world.package = Package.objects.create(
        referral=referral, version=1, manifest={"title": canary}, sha256=secret_hash(f"{canary} package"),
        dossier=world.blob, content={"title": canary}, frozen_by=author,
    )  # fmt: skip
    letter = world.letter_row = Correspondence.objects.create(
        referral=referral,
        direction="in",
        kind="reply",
        dated=DAY,
        text=f"Letter {canary}",
        confidential=True,
        recorded_by=author,
    )
    world.letter = CorrespondenceFile.objects.create(letter=letter, blob=world.blob, name=f"{canary}.pdf")


def accounts(cast: Any) -> SimpleNamespace:
    """What account pages name: somebody else, a role of theirs, and a token of the administrator's."""
    someone = person("Somebody Else", "viewer", team=cast.team)
    token = Token.objects.create(
        user=cast.administrator, name="Mine", prefix="cwk_x", secret_hash=secret_hash("mine"),
        ends_at=clock.now() + datetime.timedelta(days=9),
    )  # fmt: skip
    figure = IssuerFigure.objects.create(
        issuer="A monitoring body", unit="persons", value=1, published_on=DAY, definition="Persons", quote="One",
        recorded_by=cast.investigator,
    )  # fmt: skip
    return SimpleNamespace(
        issuer_figure=figure,
        recipient=Recipient.objects.order_by("code").first(),
        person=someone,
        role=RoleGrant.objects.get(user=someone),
        token=token,
        team=cast.team,
    )
