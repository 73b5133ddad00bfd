"""What people see of pairs and clusters, and what they do not."""

from __future__ import annotations

import datetime
import io
from types import SimpleNamespace

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.core.errors import Invalid
from casework.evidence.actions import rate_item
from casework.evidence.models import Blob, CustodyEvent, EvidenceFile, Item, Post, Upload
from casework.recognition.actions import judge_pair, pair_items
from casework.recognition.models import Fingerprint, Judgement, Pair, Prints
from casework.recognition.reading import cluster, dependent_on
from tests.access import walking
from tests.factories import CaseFactory, ItemFactory, SourceFactory, grant
from tests.recognition.pairs import compared, match

pytestmark = pytest.mark.django_db
BACKEND = walking.BACKEND


def blob(letter: str) -> Blob:
    made = Blob.objects.create(sha256=letter * 64, blake3=letter * 64, size=9, media_type="video/mp4")
    return compared(made).blob


def hold(item: Item, bytes_: Blob) -> EvidenceFile:
    return EvidenceFile.objects.create(item=item, blob=bytes_, name="clip.mp4", added_by=item.registered_by)


@pytest.fixture
def story(cast) -> SimpleNamespace:
    """Two videos of one case that are the same footage, and one that is not."""
    case = CaseFactory(team=cast.team, created_by=cast.investigator, lead=cast.investigator)
    items = [
        ItemFactory(team=cast.team, kind="video", title=f"Video {n}", registered_by=cast.investigator, case=case)
        for n in range(3)
    ]
    blobs = [blob(letter) for letter in "abc"]
    for item, bytes_ in zip(items, blobs, strict=True):
        hold(item, bytes_)
    match(blobs[0], blobs[1])
    for bytes_ in blobs:
        pair_items(bytes_)
    return SimpleNamespace(case=case, items=items, blobs=blobs, pair=Pair.objects.get())


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def page(user, name: str, *arguments: object) -> str:
    response = signed_in(user).get(reverse(name, args=arguments))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_of_an_item_tells_what_is_related_and_why(cast, story):
    text = page(cast.viewer, "evidence:detail", story.items[0].pk)
    assert story.items[1].reference in text
    assert "5 moments show the same pictures in the same order: 0:00 to 0:02 here is 1:01 to 1:03 there." in text
    assert "One is the mirror image of the other." in text
    assert "1.25 times as fast" in text
    assert reverse("recognition:picture", args=[story.pair.pk, 0, "cover"]) in text
    assert "Nothing related is known" in page(cast.viewer, "evidence:detail", story.items[2].pk)


def test_the_seconds_of_the_item_one_looks_at_come_first(cast, story):
    assert "1:01 to 1:03 here is 0:00 to 0:02 there" in page(cast.viewer, "evidence:detail", story.items[1].pk)


def test_a_file_that_could_not_be_compared_says_why(cast, story):
    Fingerprint.objects.filter(blob=story.blobs[2]).update(state="failed", note="the file is damaged")
    assert "the file is damaged" in page(cast.viewer, "evidence:detail", story.items[2].pk)
    Fingerprint.objects.filter(blob=story.blobs[2]).update(state="waiting")
    assert "Being compared" in page(cast.viewer, "evidence:detail", story.items[2].pk)


def test_a_person_decides_and_the_decision_is_kept(cast, story):
    client, url = signed_in(cast.investigator), reverse("recognition:pair", args=[story.pair.pk])
    assert client.post(url, {"note": "x"}).status_code == 422
    assert client.post(url, {"verdict": "different", "note": "Another road"}).status_code == 302
    story.pair.refresh_from_db()
    assert story.pair.verdict == "different"
    said = Judgement.objects.get()
    assert (said.judged_by, said.note) == (cast.investigator, "Another road")
    event = AuditEvent.objects.get(event="recognition.pair_judged")
    assert event.detail["to"] == "different"
    assert "Another road" in page(cast.viewer, "recognition:pair", story.pair.pk)
    assert "Judged not the same" in page(cast.viewer, "evidence:detail", story.items[0].pk)
    assert story.items[1].reference not in page(cast.viewer, "recognition:cluster", story.items[0].pk)
    assert "0 pairs wait" in page(cast.viewer, "recognition:pairs")


@pytest.mark.parametrize("verdict", ["", "perhaps", "state"])
def test_an_unknown_decision_is_refused(cast, story, verdict):
    with pytest.raises(Invalid):
        judge_pair(story.pair, actor=cast.investigator, verdict=verdict)
    with pytest.raises(Invalid):
        judge_pair(story.pair, actor=cast.investigator, verdict="same", note="x" * 2001)
    assert not Judgement.objects.exists()


def test_pictures_are_covered_until_a_look_is_on_record(cast, story):
    client = signed_in(cast.viewer)
    cover = client.get(reverse("recognition:picture", args=[story.pair.pk, 0, "cover"]))
    still = reverse("recognition:picture", args=[story.pair.pk, 0, "still"])
    assert cover["Content-Type"] == "image/jpeg"
    assert client.get(still).status_code == 404
    before = CustodyEvent.objects.count()
    answer = client.post(reverse("recognition:reveal", args=[story.pair.pk, 0]), headers={"HX-Request": "true"})
    address = answer.content.decode().partition('src="')[2].partition('"')[0].replace("&amp;", "&")
    revealed = client.get(address)
    assert revealed.status_code == 200
    looked = CustodyEvent.objects.order_by("pk")[before:]
    assert {event.item_id for event in looked} == {item.pk for item in story.items[:2]}
    assert signed_in(cast.investigator).get(address).status_code == 404
    # The edge between bright and dark is sharp in the one and gone in the other.
    edges = [np.abs(np.diff(np.asarray(Image.open(io.BytesIO(each.content)))[:, :390].astype(int), axis=1)).max()
             for each in (cover, revealed)]  # fmt: skip
    assert edges[0] < 40 < edges[1]


def test_places_that_do_not_exist_are_not_found(cast, story):
    client = signed_in(cast.viewer)
    assert client.get(reverse("recognition:picture", args=[story.pair.pk, 9, "cover"])).status_code == 404
    assert client.get(reverse("recognition:picture", args=[story.pair.pk, 0, "poster"])).status_code == 404
    assert client.post(reverse("recognition:reveal", args=[story.pair.pk, 9])).status_code == 404
    Prints.objects.update(pictures=b"")
    assert client.get(reverse("recognition:picture", args=[story.pair.pk, 0, "cover"])).status_code == 404


def hide_more(cast, story) -> None:
    """The same footage in a sensitive case of the team and in another team, and what follows from it."""
    hidden = CaseFactory(team=cast.team, created_by=cast.colleague, sensitive=True)
    foreign = CaseFactory(team=cast.other_team, created_by=cast.outsider)
    for case, team, letter in ((hidden, cast.team, "d"), (foreign, cast.other_team, "e")):
        item = ItemFactory(team=team, kind="video", title="Hidden", registered_by=cast.outsider, case=case)
        bytes_ = blob(letter)
        hold(item, bytes_)
        # The very same bytes as well.
        hold(item, story.blobs[0])
        for known in story.blobs:
            match(known, bytes_)
        pair_items(bytes_)
        pair_items(story.blobs[0])
    assert Pair.objects.count() > 4


@pytest.mark.long
@pytest.mark.parametrize("who", ["viewer", "investigator"])
@pytest.mark.parametrize("allows", ["neither", "ours", "theirs"])
def test_hidden_footage_changes_no_answer(cast, story, who, allows):
    for team, name in ((cast.team, "ours"), (cast.other_team, "theirs")):
        team.tells_of_related = allows == name
        team.save()
    asker = walking.Asker(getattr(cast, who))
    pages = [reverse("recognition:pairs"), reverse("recognition:pair", args=[story.pair.pk])]
    for item in story.items:
        pages += [reverse("evidence:detail", args=[item.pk]), reverse("recognition:cluster", args=[item.pk])]
    with clock.travelling_to(datetime.datetime(2027, 6, 1, 12, tzinfo=datetime.UTC)):
        before = {url: walking.plain(asker.ask("get", url)) for url in pages}
        hide_more(cast, story)
        after = {url: walking.plain(asker.ask("get", url)) for url in pages}
    assert [url for url in pages if before[url] != after[url]] == []


def test_another_team_is_told_of_without_a_name_when_both_allow_it(cast, story):
    hide_more(cast, story)
    for team in (cast.team, cast.other_team):
        team.tells_of_related = True
        team.save()
    text = page(cast.viewer, "evidence:detail", story.items[0].pk)
    assert "Another team holds related footage" in text
    assert cast.other_team.name not in text
    assert "Another team holds" not in page(cast.viewer, "recognition:cluster", story.items[0].pk)


def test_reviewers_are_told_which_team_and_nothing_else(cast, story):
    hide_more(cast, story)
    text = page(cast.reviewer, "evidence:detail", story.items[0].pk)
    assert "Told to reviewers" in text
    assert cast.other_team.name in text
    foreign = Item.objects.get(team=cast.other_team)
    assert foreign.reference not in text
    listed = page(cast.reviewer, "recognition:pairs")
    assert cast.other_team.name in listed
    assert foreign.reference not in listed
    mine = page(cast.outsider, "evidence:detail", foreign.pk)
    assert cast.team.name in mine
    assert not [item.reference for item in story.items if item.reference in mine]


def test_the_cluster_says_who_was_first_and_who_repeats_whom(cast, story):
    first, second, third = story.items
    for item, hour in ((first, 12), (second, 9)):
        item.published_at = datetime.datetime(2024, 10, 2, hour, tzinfo=datetime.UTC)
        item.save()
    Post.objects.create(item=second, platform="telegram", url="https://t.me/one/1")
    Post.objects.create(item=first, platform="telegram", url="https://t.me/two/2", reposts="http://t.me/one/1/")
    members = cluster(Item.objects.get(pk=first.pk), cast.viewer)
    assert [(member.item, member.earliest) for member in members] == [(second, True), (first, False)]
    assert [member.repeats for member in members] == [[], [second]]
    third.source = SourceFactory(team=cast.team)
    third.save()
    text = page(cast.viewer, "recognition:cluster", first.pk)
    assert "Earliest known" in text
    assert third.reference in text.partition("Independent of it")[2]


def test_a_repost_never_confirms(cast, story):
    first, _second, third = story.items
    for item in story.items:
        item.source = SourceFactory(team=cast.team)
        item.save()
    third.links.update(bearing="contradicts")
    with pytest.raises(Invalid):
        rate_item(first, actor=cast.investigator, credibility=1, reason="Two sources")
    judge_pair(story.pair, actor=cast.investigator, verdict="different")
    rate_item(first, actor=cast.investigator, credibility=1, reason="Two sources")
    judge_pair(story.pair, actor=cast.investigator, verdict="same")
    Item.objects.filter(pk=first.pk).update(credibility=3)
    first.refresh_from_db()
    with pytest.raises(Invalid):
        rate_item(first, actor=cast.investigator, credibility=1, reason="Two sources")
    third.links.update(bearing="supports")
    rate_item(first, actor=cast.investigator, credibility=1, reason="Two sources")


def test_what_counts_as_one_footage(cast, story):
    first, second, third = story.items
    match(story.blobs[1], story.blobs[2], sure=1)
    pair_items(story.blobs[2])
    assert dependent_on(first) == {second.pk}
    Pair.objects.update(sure=2)
    assert dependent_on(first) == {second.pk, third.pk}
    # Music is laid under anything.
    Pair.objects.filter(pk=story.pair.pk).update(kinds=["sound"])
    assert dependent_on(first) == set()
    Pair.objects.filter(pk=story.pair.pk).update(verdict="related", kinds=["footage"])
    assert dependent_on(first) == set()


def test_a_chain_through_a_hidden_item_is_not_followed(cast, story):
    first, _second, third = story.items
    hide_more(cast, story)
    Pair.objects.filter(pk=story.pair.pk).update(verdict="different")
    assert third.pk not in dependent_on(first)


def test_a_person_names_what_no_program_recognised(cast, story):
    first, _second, third = story.items
    client, url = signed_in(cast.investigator), reverse("recognition:cluster_add", args=[first.pk])
    hidden = ItemFactory(team=cast.other_team, registered_by=cast.outsider)
    answers = [
        client.post(url, {"other": reference, "verdict": "same"}).content.decode().replace(reference, "*")
        for reference in (hidden.reference, "E-99999")
    ]
    assert len({walking._VOLATILE.sub("*", answer) for answer in answers}) == 1
    assert "There is no such item" in answers[0]
    assert client.post(url, {"other": first.reference, "verdict": "same"}).status_code == 422
    assert client.post(url, {"other": third.reference.lower(), "verdict": "same"}).status_code == 302
    assert third.reference in page(cast.viewer, "recognition:cluster", first.pk)
    assert "A person said so." in page(cast.viewer, "evidence:detail", third.pk)


def test_the_item_page_costs_the_same_for_one_pair_and_for_many(cast, story, django_assert_max_num_queries):
    url = reverse("evidence:detail", args=[story.items[0].pk])
    client = signed_in(cast.viewer)
    client.get(url)
    with django_assert_max_num_queries(200) as few:
        client.get(url)
    for letter in "0123456789":
        item = ItemFactory(team=cast.team, kind="video", registered_by=cast.investigator, case=story.case)
        bytes_ = blob(letter)
        hold(item, bytes_)
        match(story.blobs[0], bytes_)
        pair_items(bytes_)
    with django_assert_max_num_queries(200) as many:
        client.get(url)
    assert len(many.captured_queries) == len(few.captured_queries)


def test_lists_and_hints_cost_the_same_for_one_pair_and_for_many(cast, story, django_assert_max_num_queries):
    office, reviewer = signed_in(cast.investigator), signed_in(cast.reviewer)
    uploads = [
        Upload.objects.create(
            owner=cast.investigator, state="complete", size=9, offset=9, name="a.mp4", blob=story.blobs[0],
            expires_at=clock.now() + datetime.timedelta(days=1),
        )
    ]  # fmt: skip

    def asked() -> list[int]:
        counts = []
        for ask in (
            lambda: office.post(reverse("evidence:arrivals"), {"uploads": [str(each.pk) for each in uploads]}),
            lambda: office.get(reverse("recognition:pairs")),
            lambda: reviewer.get(reverse("recognition:pairs")),
            lambda: office.get(reverse("recognition:cluster", args=[story.items[0].pk])),
        ):
            ask()
            with django_assert_max_num_queries(200) as found:
                assert ask().status_code == 200
            counts.append(len(found.captured_queries))
        return counts

    def add(letter: str) -> None:
        item = ItemFactory(team=cast.team, kind="video", registered_by=cast.investigator, case=story.case)
        theirs = ItemFactory(team=cast.other_team, kind="video", registered_by=cast.outsider)
        bytes_, hidden = blob(letter), blob("hgijklmnop"[int(letter)])
        hold(item, bytes_)
        hold(theirs, hidden)
        match(story.blobs[0], bytes_)
        match(story.blobs[0], hidden)
        pair_items(bytes_)
        pair_items(hidden)

    add("0")
    few = asked()
    for letter in "123456789":
        add(letter)
    assert asked() == few


def test_an_invited_guest_decides_nothing(cast, story):
    grant(cast.outsider, "viewer", cast.team)
    response = signed_in(cast.outsider).post(reverse("recognition:pair", args=[story.pair.pk]), {"verdict": "same"})
    assert response.status_code == 403
