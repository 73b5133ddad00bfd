"""Exports of Telegram Desktop become posts: whole, once, with their files, and nothing else does."""

from __future__ import annotations

import datetime

import pytest

from casework.evidence.actions.custody import verify_custody
from casework.evidence.independence import dependent_on
from casework.evidence.models import EvidenceFile, Item, Post
from casework.imports.models import Import, Imported, ImportProblem, ImportRow
from tests.imports.exports import BEGINNING, MP4, NOT_INCLUDED, chat, message, png, telegram

pytestmark = pytest.mark.django_db
KIND = Import.Kind.TELEGRAM


def posts() -> dict[str, Post]:
    return {post.post_id: post for post in Post.objects.select_related("item")}


def test_a_message_becomes_a_post(bring, finish, cast):
    words = [
        "Look at ",
        {"type": "bold", "text": "this"},
        {"type": "text_link", "text": " site", "href": "https://a.org"},
    ]
    batch = bring(KIND, telegram(chat(message(7, words, reply_to_message_id=5, edited_unixtime=str(BEGINNING + 3600)))),
                  channel="@FrontNews")  # fmt: skip
    assert (batch.state, batch.figures["new"]) == ("preview", 1)
    assert not Item.objects.exists(), "nothing comes in before it is confirmed"
    batch = finish(batch)
    assert batch.state == "done", batch.failure
    (post,) = Post.objects.all()
    assert post.text == "Look at this site (https://a.org)"
    assert (post.url, post.normal_url) == ("https://t.me/frontnews/7", "https://t.me/frontnews/7")
    assert (post.handle, post.display_name, post.account) == ("@frontnews", "Front", "channel1234567")
    assert post.replies_to == "https://t.me/frontnews/5"
    item = post.item
    assert item.title == "Front, post 7"
    assert item.published_at == datetime.datetime.fromtimestamp(BEGINNING + 420, datetime.UTC)
    assert item.registered_by == cast.investigator
    (status,) = item.post_statuses.all()
    assert (status.found, status.seen_on) == ("changed", datetime.date(2024, 10, 5))
    assert [event.act for event in item.custody.all()] == ["registered", "observed"]
    assert item.custody.first().detail["import"] == batch.reference
    assert verify_custody(item).whole
    assert not ImportRow.objects.exists() and not ImportProblem.objects.exists(), "the items tell from now on"


def test_media_become_its_files_and_what_is_missing_is_told(bring, finish):
    files = {"photos/photo_1.jpg": png(1), "video_files/v.mp4": MP4, "video_files/v.mp4_thumb.jpg": png(9)}
    whole = chat(
        message(1, "A picture", photo="photos/photo_1.jpg", width=1, height=1),
        message(2, "", file="video_files/v.mp4", thumbnail="video_files/v.mp4_thumb.jpg", media_type="video_file",
                mime_type="video/mp4", file_name="Зйомка.mp4"),
        message(3, "Gone", photo=NOT_INCLUDED),
        message(4, "Lost", file="files/lost.pdf"),
    )  # fmt: skip
    batch = bring(KIND, telegram(whole, files))
    assert (batch.figures["new"], batch.figures["files"], batch.figures["missing"]) == (4, 2, 2)
    assert {problem.place for problem in batch.problems.all()} == {"message 3", "message 4"}
    finish(batch)
    held = {file.item.post.post_id: (file.name, file.part) for file in EvidenceFile.objects.all()}
    assert held == {"1": ("photo_1.jpg", "original"), "2": ("Зйомка.mp4", "original")}


def test_an_album_is_one_post(bring, finish):
    album = [
        message(number, text, at=600, photo=f"photos/{number}.jpg") for number, text in ((1, ""), (2, "Both"), (3, ""))
    ]
    later = message(4, "Another", at=660, photo="photos/4.jpg")
    files = {f"photos/{number}.jpg": png(number) for number in (1, 2, 3, 4)}
    finish(bring(KIND, telegram(chat(*album, later), files)))
    found = posts()
    assert sorted(found) == ["1", "4"]
    assert found["1"].text == "Both"
    assert found["1"].item.files.count() == 3
    assert Imported.objects.filter(item=found["1"].item).count() == 3
    again = bring(KIND, telegram(chat(message(3, "", at=600, photo="photos/3.jpg")), files))
    assert again.figures["new"] == 0, "a part of the album is the album"


def test_a_forward_names_the_account_it_came_from(bring, finish):
    finish(bring(KIND, telegram(chat(message(1, "Own")))))
    other = chat(message(1, "Own", forwarded_from="Front", forwarded_from_id="channel1234567", from_id="channel99",
                         **{"from": "Echo"}), name="Echo", id=99)  # fmt: skip
    finish(bring(KIND, telegram(other)))
    first, second = Post.objects.get(account="channel1234567"), Post.objects.get(account="channel99")
    assert (second.forwarded_from, second.forwarded_account) == ("Front", "channel1234567")
    assert dependent_on(first.item) == {second.item_id}


def test_a_second_import_adds_only_what_is_new(bring, finish):
    finish(bring(KIND, telegram(chat(message(1, "One"), message(2, "Two")))))
    batch = bring(KIND, telegram(chat(message(1, "One"), message(2, "Two, edited"), message(3, "Three"))))
    assert (batch.figures["new"], batch.figures["known"]) == (1, 2)
    finish(batch)
    assert sorted(posts()) == ["1", "2", "3"]
    assert posts()["2"].text == "Two"


def test_a_post_recorded_by_hand_is_already_here(bring, cast):
    from casework.evidence.actions import register_item

    register_item(actor=cast.investigator, team=cast.team, kind="post", title="By hand",
                  details={"url": "https://t.me/s/FrontNews/2?single"})  # fmt: skip
    batch = bring(KIND, telegram(chat(message(1, "One"), message(2, "Two"))), channel="frontnews")
    assert (batch.figures["new"], batch.figures["known"]) == (1, 1)


def test_an_account_brings_in_its_channels_and_no_private_chat_unless_chosen(bring, finish):
    private = chat(
        message(1, "Private", from_id="user5", **{"from": "Friend"}), name="Friend", type="personal_chat", id=5
    )
    left = chat(message(1, "Left", from_id="channel8"), name="Left", id=8, type="private_channel")
    whole = {
        "about": "Here is the data you requested.", "personal_information": {"phone_number": "+380000000000"},
        "contacts": {"list": [{"first_name": "Somebody"}]},
        "chats": {"about": "", "list": [chat(message(1, "One")), private]}, "left_chats": {"about": "", "list": [left]},
    }  # fmt: skip
    batch = bring(KIND, telegram(whole))
    assert [(group["label"], group["chosen"], group["new"]) for group in batch.groups] == [
        ("Front", True, 1), ("Friend", False, 1), ("Left", True, 1),
    ]  # fmt: skip
    finish(batch)
    assert {post.text for post in Post.objects.all()} == {"One", "Left"}
    batch = bring(KIND, telegram(whole))
    finish(batch, groups=[group["key"] for group in batch.groups])
    assert {post.text for post in Post.objects.all()} == {"One", "Left", "Private"}
    assert Post.objects.get(text="Private").url == ""


def test_what_is_no_message_of_its_own_is_passed_over(bring):
    whole = chat(
        {"id": 1, "type": "service", "date_unixtime": str(BEGINNING), "actor": "Front", "action": "pin_message"},
        {"id": 2, "type": "unsupported"},
        message(3, ""),
        message(4, "", location_information={"latitude": 48.1, "longitude": 37.7}, place_name="Field"),
        message(5, "", poll={"question": "Who?", "answers": [{"text": "We", "voters": 1}]}),
    )
    batch = bring(KIND, telegram(whole))
    assert batch.figures["new"] == 2
    shown = [row.values["description"] for row in batch.rows.all()]
    assert shown == ["Place sent: Field (48.1, 37.7)", "Poll: Who? (We)"]
    assert "3 entries" in batch.told[0]["text"]


def test_it_reads_what_telegram_writes_and_json_forbids(bring):
    one = '{"id": 1, "type": "message", "date_unixtime": "1728100000", "text": "a\\x0Bb and \\\\x0B"}'
    text = f'{{"name": "F", "type": "public_channel", "id": 1, "messages": [{one}]}}'
    (row,) = bring(KIND, telegram(text)).rows.all()
    assert row.details["text"] == "a\x0bb and \\x0B"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"messages": [{"type": "message", "text": "x", "date_unixtime": "1728100000"}]}, "no number"),
        ({"messages": [{"id": 1, "type": "message", "text": "x"}]}, "no time"),
        ({"messages": [{"id": 1, "type": "message", "text": "x", "date_unixtime": "-5"}]}, "no time"),
        ({"messages": [{"id": 1, "type": "message", "text": "x" * 60_000, "date_unixtime": "1728100000"}]}, None),
    ],
)
def test_a_row_with_an_error_says_so(bring, broken, said):
    batch = bring(KIND, telegram({"name": "F", "type": "public_channel", "id": 1, **broken}))
    if said is None:
        assert batch.figures["new"] == 1
        return
    assert (batch.figures["wrong"], batch.figures["new"]) == (1, 0)
    assert said in batch.problems.get().text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("[" * 100_000, "nested"),
        ('{"name": NaN, "messages": []}', "NaN"),
        ('{"id": 1, "id": 2, "messages": []}', "twice"),
        ('{"id": 1e400, "messages": []}', "too large"),
        ('{"name": "\\u0000", "messages": []}', "NUL"),
        ('{"name": "\\ud800", "messages": []}', "surrogate"),
        ('{"about": "x"}', "no chat"),
        ("[1, 2]", "no chat"),
    ],
)
def test_it_refuses_what_is_no_export(bring, text, said):
    batch = bring(KIND, telegram(text))
    assert batch.state == "failed"
    assert said in batch.failure
    assert not ImportRow.objects.exists()


def test_a_folder_may_come_file_by_file(bring, finish):
    import json

    whole = json.dumps(chat(message(1, "A picture", photo="photos/photo_1.jpg"))).encode()
    finish(bring(KIND, {"result.json": whole, "photo_1.jpg": png(1)}))
    assert posts()["1"].item.files.get().name == "photo_1.jpg"
