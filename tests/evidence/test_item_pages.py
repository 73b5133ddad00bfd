"""The pages of evidence: what each person finds, sends and is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.audit.models import AuditEvent
from casework.cases.models import Case
from casework.evidence import store
from casework.evidence.actions import link_item, register_item
from casework.evidence.models import EvidenceLink, Item
from tests.evidence.conftest import upload
from tests.factories import CaseFactory, ItemFactory

pytestmark = pytest.mark.django_db
BACKEND = "casework.accounts.backends.CaseworkBackend"
WORDS = {"credibility": "6", "graphic": "0", "title": "Phone video", "description": "Two men walk out."}


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def office(cast: SimpleNamespace) -> Client:
    return signed_in(cast.investigator)


def test_it_shows_the_item_like_a_file(office: Client, item: Item) -> None:
    response = office.get(reverse("evidence:detail", args=[item.pk]))
    text = response.content.decode()
    assert response.status_code == 200
    for expected in (item.reference, item.title, item.files.get().blob_id, "report.txt", "Registered", "Custody whole"):
        assert expected in text


@pytest.mark.parametrize("kind", ["video", "unit_report", "post", "image", "audio", "testimony", "document"])
def test_it_has_a_form_for_each_kind(office: Client, case: Case, kind: str) -> None:
    response = office.get(reverse("evidence:new", args=[kind], query={"case": case.pk}))
    assert response.status_code == 200
    assert case.reference in response.content.decode()


def test_it_registers_with_files_from_a_case(office: Client, case: Case) -> None:
    url = reverse("evidence:new", args=["video"], query={"case": case.pk})
    files = [SimpleUploadedFile("a.mp4", b"\0\0\0\x18ftypmp42" + b"x" * 99), SimpleUploadedFile("b.txt", b"note")]
    response = office.post(url, WORDS | {"case": case.pk, "establishes": ["act"], "copy": "unknown", "files": files})
    item = Item.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("evidence:detail", args=[item.pk])
    assert item.files.count() == 2
    assert item.links.get().case == case
    assert not list((store.originals().incoming).iterdir())


def test_it_registers_once_when_sent_twice(office: Client) -> None:
    url = reverse("evidence:new", args=["unit_report"])
    key = office.get(url).context["form"].submission_key
    given = WORDS | {"submission": key, "unit": "A unit"}
    first, second = office.post(url, given), office.post(url, given)
    assert first["Location"] == second["Location"]
    assert Item.objects.count() == 1


def test_it_keeps_what_was_typed_and_names_what_is_missing(office: Client) -> None:
    response = office.post(reverse("evidence:new", args=["video"]), WORDS | {"title": ""})
    assert response.status_code == 422
    assert {"title", "files"} <= set(response.context["form"].errors)
    assert "Two men walk out." in response.content.decode()
    assert not Item.objects.exists()


def test_it_refuses_an_empty_file_beside_its_field(office: Client) -> None:
    url = reverse("evidence:new", args=["document"])
    response = office.post(url, WORDS | {"files": SimpleUploadedFile("empty.txt", b"")})
    assert response.status_code == 422
    assert "files" in response.context["form"].errors


def test_it_refuses_credibility_one_without_a_second_source_on_the_form(office: Client) -> None:
    given = WORDS | {"credibility": "1", "unit": "A unit"}
    response = office.post(reverse("evidence:new", args=["unit_report"]), given)
    assert response.status_code == 422
    assert "credibility" in response.context["form"].errors


@pytest.mark.parametrize("who", ["viewer", "reviewer", "auditor", "administrator"])
def test_it_takes_no_bytes_from_those_who_may_not_register(cast: SimpleNamespace, who: str) -> None:
    client = signed_in(getattr(cast, who))
    response = client.post(reverse("evidence:new", args=["document"]), WORDS | {"files": upload_of(b"x" * 5000)})
    assert response.status_code == 403
    assert list(store.iterate()) == []


def upload_of(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.bin", data)


def test_it_answers_for_hidden_as_for_nothing(cast: SimpleNamespace, item: Item) -> None:
    outsider = signed_in(cast.outsider)
    unknown = "00000000-0000-4000-8000-000000000000"
    file = item.files.get()
    for name, pk in (("detail", item.pk), ("change", item.pk), ("link", item.pk), ("add_file", item.pk)):
        assert outsider.get(reverse(f"evidence:{name}", args=[pk])).status_code == 404
        assert outsider.get(reverse(f"evidence:{name}", args=[unknown])).status_code == 404
    assert outsider.get(reverse("evidence:original", args=[file.pk])).status_code == 404
    assert outsider.post(reverse("evidence:reveal", args=[file.pk])).status_code == 404
    new = reverse("evidence:new", args=["video"], query={"case": item.links.get().case_id})
    assert outsider.get(new).status_code == 404
    assert item.reference not in outsider.get(reverse("evidence:list")).content.decode()


def test_it_changes_the_record_and_says_who_was_first(office: Client, item: Item) -> None:
    url = reverse("evidence:change", args=[item.pk])
    seen = office.get(url).context["form"]["expected_updated_at"].value()
    given = WORDS | {"expected_updated_at": seen}
    assert office.post(url, given).status_code == 302
    stale = office.post(url, given | {"title": "Another"})
    assert stale.status_code == 409
    assert "Another" in stale.content.decode()
    assert Item.objects.get(pk=item.pk).title == "Phone video"


def test_it_links_and_unlinks(office: Client, cast: SimpleNamespace, item: Item) -> None:
    second = CaseFactory(team=cast.team)
    said = {"case": second.reference.lower(), "establishes": ["place"], "bearing": "supports"}
    response = office.post(reverse("evidence:link", args=[item.pk]), said)
    assert response.status_code == 302
    link = EvidenceLink.objects.get(case=second)
    assert office.post(reverse("evidence:unlink", args=[link.pk]), {"reason": ""}).status_code == 422
    assert office.post(reverse("evidence:unlink", args=[link.pk]), {"reason": "Another place"}).status_code == 302
    link.refresh_from_db()
    assert link.removed_at is not None


def test_it_never_names_a_hidden_case(cast: SimpleNamespace, item: Item) -> None:
    secret = CaseFactory(team=cast.team, sensitive=True, lead=cast.colleague, title="Sealed matter")
    link_item(item, actor=cast.colleague, case=secret, establishes=["act"])
    url = reverse("evidence:detail", args=[item.pk])
    text = signed_in(cast.investigator).get(url).content.decode()
    assert secret.reference not in text
    assert text.count("Linked to a case") == 1
    assert secret.reference in signed_in(cast.colleague).get(url).content.decode()


def test_it_shows_a_witness_to_the_named_people_alone(cast: SimpleNamespace, case: Case) -> None:
    details = {"pseudonym": "W-7", "consent": "Court only", "identity": "CANARY-NAME", "interviewer": "CANARY-TWO"}
    item = register_item(
        actor=cast.investigator, team=cast.team, kind="testimony", title="Interview", details=details, case=case,
        establishes=["act"],
    )  # fmt: skip
    urls = [reverse(f"evidence:{name}", args=[item.pk]) for name in ("detail", "change")]
    named = signed_in(cast.investigator)
    # Opening the record is no look at the witness: that is asked for, and goes on record.
    for url in urls:
        body = named.get(url).content.decode()
        assert "CANARY-TWO" in body
        assert "CANARY-NAME" not in body
    assert not AuditEvent.objects.filter(event="evidence.witness_seen").exists()
    assert "CANARY-NAME" in named.post(reverse("evidence:witness", args=[item.pk])).content.decode()
    assert AuditEvent.objects.get(event="evidence.witness_seen").actor_id == cast.investigator.pk
    assert item.custody.last().act == "witness"
    listed = [reverse("evidence:list"), reverse("evidence:export"), reverse("evidence:case_evidence", args=[case.pk])]
    for who, pages in ((cast.colleague, [*urls, *listed]), (cast.reviewer, [urls[0], *listed])):
        for url in pages:
            response = signed_in(who).get(url)
            body = response.getvalue() if response.streaming else response.content
            assert response.status_code == 200
            assert b"CANARY" not in body
            assert b"W-7" in body or url not in urls
        assert signed_in(who).post(reverse("evidence:witness", args=[item.pk])).status_code == 403
    assert b"CANARY" not in named.get(listed[1]).getvalue()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "a\u202egpj.exe", "javascript:alert(1)"])
def test_it_shows_text_as_text(office: Client, cast: SimpleNamespace, text: str) -> None:
    item = register_item(
        actor=cast.investigator, team=cast.team, kind="post", title=text, description=text, files=[upload(name=text)],
        details={"platform": "telegram", "url": "https://t.example/1", "text": text, "handle": text},
    )  # fmt: skip
    for url in (reverse("evidence:detail", args=[item.pk]), reverse("evidence:list")):
        body = office.get(url).content.decode()
        assert "<script>alert" not in body
        assert "\u202e" not in body
        assert ">49<" not in body
        assert 'href="javascript' not in body


@pytest.mark.parametrize("name", ["list", "case_evidence"])
def test_it_asks_the_same_number_of_questions_for_any_number_of_rows(
    office: Client, cast: SimpleNamespace, case: Case, name: str
) -> None:
    url = reverse(f"evidence:{name}", args=[case.pk] if name == "case_evidence" else [])

    def fill(count: int) -> None:
        for number in range(count):
            register_item(
                actor=cast.investigator, team=cast.team, kind="document", title=f"Page {number}", case=case,
                establishes=["act"], files=[upload(f"{name} {count} {number}".encode())],
            )  # fmt: skip

    fill(1)
    office.get(url)
    with CaptureQueriesContext(connection) as one:
        office.get(url)
    fill(12)
    with CaptureQueriesContext(connection) as many:
        office.get(url)
    assert len(many) == len(one)


def test_it_filters_and_finds(office: Client, cast: SimpleNamespace, case: Case, item: Item) -> None:
    loose = ItemFactory(team=cast.team, title="Loose page", kind="image")
    ItemFactory(team=cast.other_team, title="Loose page of others")

    def found(**parameters: str) -> list[str]:
        response = office.get(reverse("evidence:list", query=parameters))
        assert response.status_code == 200
        return [row.reference for row in response.context["page"].rows]

    assert found(q="loose") == [loose.reference]
    assert found(q=item.reference.lower()) == [item.reference]
    assert found(q=item.files.get().blob_id.upper()) == [item.reference]
    assert found(unlinked="true") == [loose.reference]
    assert found(case=str(case.pk)) == [item.reference]
    assert found(kind="image") == [loose.reference]
    assert office.get(reverse("evidence:list", query={"team": "x"})).status_code == 400
    hidden = CaseFactory(team=cast.other_team)
    assert office.get(reverse("evidence:list", query={"case": hidden.pk})).status_code == 422


def test_it_exports_what_is_seen_on_record(office: Client, cast: SimpleNamespace, item: Item) -> None:
    ItemFactory(team=cast.other_team, title="Not ours")
    ItemFactory(team=cast.team, title="=cmd()")
    body = office.get(reverse("evidence:export")).getvalue().decode()
    assert item.files.get().blob_id in body
    assert "'=cmd()" in body
    assert "Not ours" not in body
    assert AuditEvent.objects.filter(event="evidence.exported").count() == 1
    assert signed_in(cast.viewer).get(reverse("evidence:export")).status_code == 403
