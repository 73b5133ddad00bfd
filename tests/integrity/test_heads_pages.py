"""The page of heads states the window; an item's page says whether it is sealed; auditors take extracts out."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client

from casework.audit import clock
from casework.audit.events import Event
from casework.audit.models import AuditEvent
from casework.audit.record import record
from casework.evidence.actions import link_item, reveal_file
from casework.evidence.models import Item
from casework.integrity import casework_verify, keys, sealing
from casework.integrity.chains import extract_of
from tests.factories import CaseFactory
from tests.helpers import BACKEND
from tests.integrity.conftest import Verdict, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: SimpleNamespace) -> Item:
    return an_item(cast)


def page_of(client: Client, user: object, url: str = "/integrity/heads/") -> str:
    client.force_login(user, backend=BACKEND)  # type: ignore[arg-type]
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_states_the_window(client: Client, cast: SimpleNamespace, item: Item) -> None:
    assert "No head yet" in page_of(client, cast.auditor)
    head = sealing.seal()
    assert head is not None
    reveal_file(item.files.get(), actor=cast.viewer)
    page = page_of(client, cast.auditor)
    assert "2 links since the last head" in page
    assert "Head 1 was made" in page
    assert bytes(head.hash).hex() in page
    assert "BEGIN PUBLIC KEY" in page
    assert "PRIVATE" not in page


def test_the_page_says_that_a_head_is_overdue(client: Client, cast: SimpleNamespace, item: Item) -> None:
    sealing.seal()
    with clock.travelling_to(clock.now() - datetime.timedelta(minutes=11)):
        record(Event.SIGNED_IN, actor=cast.viewer)
    assert "See whether the worker runs" in page_of(client, cast.auditor)
    sealing.seal()
    assert "See whether the worker runs" not in page_of(client, cast.auditor)


def test_the_page_says_why_no_head_can_be_made(client: Client, cast: SimpleNamespace, item: Item) -> None:
    sealing.seal()
    keys.path().unlink()
    assert "No head can be made" in page_of(client, cast.administrator)


def test_the_verifier_is_given_out_as_it_is(client: Client, cast: SimpleNamespace) -> None:
    digest = hashlib.sha256(Path(casework_verify.__file__).read_bytes()).hexdigest()
    assert digest in page_of(client, cast.auditor)
    response = client.get("/integrity/heads/casework_verify.py")
    assert hashlib.sha256(response.content).hexdigest() == digest
    assert response["Content-Disposition"].startswith("attachment")


def test_the_heads_are_given_out_as_they_are_in_the_file(client: Client, cast: SimpleNamespace, item: Item) -> None:
    sealing.seal()
    client.force_login(cast.auditor, backend=BACKEND)
    response = client.get("/integrity/heads/heads.jsonl")
    assert b"".join(response.streaming_content) == Path(settings.CASEWORK_HEADS_FILE).read_bytes()


def test_an_item_is_not_sealed_and_then_it_is(client: Client, cast: SimpleNamespace, item: Item) -> None:
    url = f"/evidence/{item.pk}/"
    assert "Not yet sealed" in page_of(client, cast.viewer, url)
    sealing.seal()
    assert "by head 1" in page_of(client, cast.viewer, url)
    reveal_file(item.files.get(), actor=cast.viewer)
    assert "Not yet sealed" in page_of(client, cast.viewer, url)


def test_what_a_hidden_case_does_to_an_item_changes_nothing_of_its_seal(
    client: Client, cast: SimpleNamespace, item: Item
) -> None:
    open_case = CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)
    hidden = CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator, sensitive=True)
    link_item(item, actor=cast.investigator, case=open_case, establishes=["act"])
    sealing.seal()
    link_item(item, actor=cast.investigator, case=hidden, establishes=["act"])
    assert "by head 1" in page_of(client, cast.viewer, f"/evidence/{item.pk}/")
    assert "Not yet sealed" in page_of(client, cast.investigator, f"/evidence/{item.pk}/")


def test_an_auditor_takes_an_extract_that_holds(
    client: Client, cast: SimpleNamespace, item: Item, verdict: Callable[..., Verdict], tmp_path: Path
) -> None:
    other = an_item(cast, "Other", b"other")
    sealing.seal()
    reveal_file(item.files.get(), actor=cast.viewer)
    sealing.seal()
    client.force_login(cast.auditor, backend=BACKEND)
    response = client.post("/integrity/custody/", {"reference": f" {item.reference.lower()} "})
    assert response.status_code == 200
    assert AuditEvent.objects.latest("position").event == "integrity.custody_extracted"
    assert str(other.pk) not in response.content.decode()
    (tmp_path / "extract.json").write_bytes(response.content)
    (tmp_path / "page.txt").write_bytes(b"a page")
    (tmp_path / "strange.txt").write_bytes(b"another page")
    status, said = verdict(
        "item", tmp_path / "extract.json", "--files", tmp_path / "page.txt", "--heads", settings.CASEWORK_HEADS_FILE
    )
    assert (status, said["wrong"]) == (0, [])
    assert "0 that no head has seen" in said["facts"]["Custody"]
    assert said["facts"]["Files"].startswith("1 of 1")
    status, said = verdict("item", tmp_path / "extract.json", "--files", tmp_path / "strange.txt")
    assert status == 1
    assert "is no file of this item" in said["wrong"][0]["what"]


def test_an_unknown_reference_is_said_at_its_field(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.auditor, backend=BACKEND)
    response = client.post("/integrity/custody/", {"reference": "E-1-1"})
    assert response.status_code == 422
    assert "No item has this reference" in response.content.decode()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda found: found["links"].pop(), "cut"),
        (lambda found: found["links"].pop(0), "missing"),
        (lambda found: found["links"][1]["payload"].update(actor_label="x"), "altered"),
        (lambda found: found["links"].reverse(), "missing"),
        (lambda found: found.update(heads=[]), "head"),
        (lambda found: found["heads"][0]["head"].update(made_at="2020-01-01T00:00:00+00:00"), "head"),
        (lambda found: found["heads"][0]["proofs"][0]["path"].append(["left", "00" * 32]), "head"),
        (lambda found: found["heads"][0].update(signature="00" * 64), "head"),
        (lambda found: found.update(links=3), "malformed"),
        (lambda found: found["links"].insert(1, None), "malformed"),
        (lambda found: found.update(format="other"), "malformed"),
        (lambda found: found.update(item=None), "malformed"),
    ],
)
def test_an_extract_that_was_changed_does_not_hold(
    cast: SimpleNamespace, item: Item, verdict: Callable[..., Verdict], tmp_path: Path, change: Callable, kind: str
) -> None:
    an_item(cast, "Other", b"other")
    sealing.seal()
    found = extract_of(item)
    change(found)
    (tmp_path / "extract.json").write_text(json.dumps(found))
    status, said = verdict("item", tmp_path / "extract.json")
    assert status == 1
    assert kind in {each["kind"] for each in said["wrong"]}
