"""How closely covered material opens: each step for itself, on record, and never what the person does not wish."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.audit.models import AuditEvent
from casework.care.actions import change_preference
from casework.care.models import Look
from casework.care.reading import preference_of
from casework.cases.models import Case
from casework.evidence.actions import assess_item, mark_graphic, register_item, reveal_file
from casework.evidence.actions.marks import add_mark
from casework.evidence.looking import Shown, asked_first, media_of, seen_token, was_revealed
from casework.evidence.models import Blob, EvidenceFile, FileText, Preview
from tests.evidence.conftest import upload
from tests.helpers import BACKEND

pytestmark = pytest.mark.django_db
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def recording(cast: SimpleNamespace, case: Case) -> EvidenceFile:
    """A recording of which every copy is said to be made."""
    item = register_item(
        actor=cast.investigator, team=cast.team, kind="video", title="Yard", case=case, establishes=["act"],
        files=[upload(MP4, "yard.mp4", "video/mp4")], description="Two men in a yard.", graphic=2,
    )  # fmt: skip
    file = item.files.get()
    file.blob.media_type = "video/mp4"
    file.blob.save()
    made(file, "poster", "still", "clip", "play", "audio")
    return file


def made(file: EvidenceFile, *kinds: str) -> None:
    Preview.objects.filter(blob=file.blob_id).delete()
    for kind in kinds:
        Preview.objects.create(blob=file.blob, kind=kind, state="ready", derived="0" * 64, media_type="video/webm")


def reveal(client: Client, file: EvidenceFile, *steps: str, **more: str) -> Any:
    sent = {"shown": steps, **more}
    return client.post(reverse("evidence:reveal", args=[file.pk]), sent, headers={"HX-Request": "true"})


def test_what_is_known_is_told_first_and_opens_nothing(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    office = signed_in(cast.investigator)
    for headers in ({"HX-Request": "true"}, {}):
        page = office.get(reverse("evidence:look", args=[recording.pk]), headers=headers).content.decode()
        assert "Two men in a yard." in page
        assert "The act" in page
        assert "/still/" not in page
        assert "/clip/" not in page
    assert not AuditEvent.objects.filter(event="evidence.revealed").exists()
    assert signed_in(cast.outsider).get(reverse("evidence:look", args=[recording.pk])).status_code == 404


def test_what_people_wrote_and_machines_read_is_told_before_a_look(
    cast: SimpleNamespace, recording: EvidenceFile
) -> None:
    item = recording.item
    assess_item(item, actor=cast.colleague, aspect="content", grade="holds", method="Landmarks")
    mark_graphic(item, actor=cast.colleague, level=3, note="A body is seen from 00:40")
    add_mark(recording, actor=cast.investigator, at=Decimal(12), text="Hands are raised")
    FileText.objects.update_or_create(blob=recording.blob, defaults={"state": "read", "text": "Words on a wall"})
    page = signed_in(cast.viewer).get(reverse("evidence:look", args=[recording.pk])).content.decode()
    for words in ("Hands are raised", "A body is seen from 00:40", "Holds up, says one person", "Words on a wall"):
        assert words in page


def test_each_step_opens_its_own_copies_and_is_on_record(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    office = signed_in(cast.investigator)
    drawn = []
    for steps in ((), ("large",), ("colour",), ("sound",), ("colour", "large", "sound")):
        page = reveal(office, recording, *steps).content.decode()
        drawn.append([word in page for word in ("/clip/", "/play/", "data-colour", "muted", "cover--large")])
    assert drawn == [
        [True, False, False, True, False], [True, False, False, True, True], [False, True, True, True, False],
        [False, True, False, False, False], [False, True, True, False, True],
    ]  # fmt: skip
    kept = list(recording.item.custody.filter(act="revealed").values_list("detail__shown", flat=True))
    assert kept == [["grey"], ["large"], ["colour"], ["sound"], ["large", "colour", "sound"]]
    assert AuditEvent.objects.filter(event="evidence.revealed").count() == 5
    assert [look.step for look in Look.objects.order_by("begun_at")] == ["grey", "large", "colour", "sound", "sound"]


def test_a_look_in_grey_fetches_nothing_in_colour(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    grey = seen_token(recording, cast.investigator)
    loud = seen_token(recording, cast.investigator, Shown(sound=True))
    assert [was_revealed(grey, recording, cast.investigator, kind) for kind in ("still", "clip", "play", "copy")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert was_revealed(loud, recording, cast.investigator, "play")
    assert not was_revealed(loud, recording, cast.investigator, "copy")
    office = signed_in(cast.investigator)
    url = reverse("evidence:preview", args=[recording.pk, "play"])
    assert office.get(url, {"seen": grey}).status_code == 404
    assert office.get(url).status_code == 404


def test_what_there_is_no_copy_for_is_not_offered(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    made(recording, "poster", "still", "clip")
    office = signed_in(cast.investigator)
    page = reveal(office, recording, "colour", "sound").content.decode()
    assert "/clip/" in page
    assert "No copy in colour or with sound" in page
    assert "data-colour" not in page
    assert recording.item.custody.last().detail["shown"] == ["grey"]


def test_sound_is_offered_only_where_there_is_any(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    wishes = preference_of(cast.investigator)
    silent = media_of(recording, {"still", "clip", "play"}, Shown(sound=True), wishes)
    assert ([choice.step for choice in silent.choices], silent.kind) == (["large", "colour"], "clip")
    alone = media_of(recording, {"still", "clip", "audio"}, Shown(sound=True), wishes)
    assert (alone.element, alone.kind) == ("sound", "audio")


def test_it_never_offers_what_a_person_does_not_wish(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    office = signed_in(cast.investigator)
    change_preference(cast.investigator, actor=cast.investigator, never_colour=True)
    page = reveal(office, recording).content.decode()
    assert "In colour" not in page
    assert "With sound" in page
    assert reveal(office, recording, "colour").status_code == 409
    assert recording.item.custody.filter(act="revealed").count() == 1
    assert "In colour" in reveal(signed_in(cast.colleague), recording).content.decode()


@pytest.mark.parametrize("wrong", ["loud", "", "grey", "\x00"])
def test_it_refuses_a_step_that_does_not_exist(cast: SimpleNamespace, recording: EvidenceFile, wrong: str) -> None:
    assert reveal(signed_in(cast.investigator), recording, wrong).status_code == 400
    assert not recording.item.custody.filter(act="revealed").exists()


def test_one_may_be_asked_only_before_the_first_look(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    person = cast.investigator
    assert asked_first(person, [recording]) == {recording.pk}
    reveal_file(recording, actor=person)
    assert asked_first(person, [recording]) == {recording.pk}
    change_preference(person, actor=person, ask="first")
    assert asked_first(person, [recording]) == frozenset()
    change_preference(cast.colleague, actor=cast.colleague, ask="first")
    assert asked_first(cast.colleague, [recording]) == {recording.pk}
    page = signed_in(person).get(reverse("evidence:detail", args=[recording.item_id])).content.decode()
    assert "data-ask" not in page
    assert "data-reveal" in page


def test_the_look_before_ends_where_the_next_begins(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    office = signed_in(cast.investigator)
    first = reveal(office, recording).context["look"]
    reveal(office, recording, "large", look=str(first.pk))
    first.refresh_from_db()
    assert first.ended_at is not None
    assert Look.objects.filter(ended_at=None).count() == 1
    office.post(reverse("evidence:cover", args=[recording.pk]), {"look": str(Look.objects.get(ended_at=None).pk)})
    assert not Look.objects.filter(ended_at=None).exists()


def test_nothing_graphic_is_not_counted(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    type(recording.item).objects.filter(pk=recording.item_id).update(graphic=0)
    page = reveal(signed_in(cast.investigator), recording).content.decode()
    assert "data-look" not in page
    assert not Look.objects.exists()


def test_a_picture_opens_in_colour_by_its_own_copy(cast: SimpleNamespace, recording: EvidenceFile) -> None:
    recording.blob.media_type = "image/jpeg"
    wishes = preference_of(cast.investigator)
    media = media_of(recording, {"still", "copy"}, Shown(colour=True, sound=True), wishes)
    assert (media.element, media.kind, media.shown.sound) == ("picture", "copy", False)
    assert [choice.step for choice in media.choices] == ["large", "colour"]


def test_the_page_costs_the_same_for_one_of_each_and_for_many(
    cast: SimpleNamespace, recording: EvidenceFile, django_assert_max_num_queries: Any
) -> None:
    """Files, marked moments, and judgements by several people."""
    item, office = recording.item, signed_in(cast.investigator)
    pages = [reverse("evidence:detail", args=[item.pk]), reverse("evidence:look", args=[recording.pk])]

    def more(count: int, *people: Any) -> None:
        for number in range(count):
            sha256 = f"{count:02}{number:02}" * 16
            blob = Blob.objects.create(sha256=sha256, blake3=sha256, size=9, media_type="video/mp4")
            file = EvidenceFile.objects.create(item=item, blob=blob, name="clip.mp4", added_by=cast.investigator)
            made(file, "poster", "still", "clip", "play", "audio")
            add_mark(file, actor=cast.investigator, at=Decimal(number), text="Hands are raised")
        for person in people:
            for grade in ("holds", "fails"):
                assess_item(item, actor=person, aspect="content", grade=grade, method="Landmarks")
            mark_graphic(item, actor=person, level=3, note="A body")

    def asked() -> list[int]:
        counts = []
        for page in pages:
            office.get(page)
            with django_assert_max_num_queries(200) as found:
                assert office.get(page).status_code == 200
            counts.append(len(found.captured_queries))
        return counts

    more(1, cast.colleague)
    few = asked()
    more(12, cast.investigator, cast.reviewer, cast.colleague)
    assert asked() == few
