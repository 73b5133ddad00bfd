from __future__ import annotations

import io
import re
import time
from datetime import UTC, date, datetime

import av
import puremagic
import pypdfium2
import pytest
from PIL import Image

from casework.office.demo import files, texts
from casework.office.demo.texts.posts import POSTS, TRANSLATIONS

MOMENT = datetime(2024, 10, 5, 9, 12, tzinfo=UTC)


def a_report(seed: int) -> bytes:
    return files.unit_report_pdf(
        seed,
        unit=texts.UNITS[8].name_uk,
        number="12/дск",
        reported_on=date(2024, 10, 5),
        paragraphs=texts.report_paragraphs(0, place_uk="Селидове", count=6, day="05.10.2024"),
        addressee=texts.ADDRESSEES[0],
        signed_by="Командир роти",
    )


def a_letter(seed: int) -> bytes:
    return files.document_pdf(
        seed, title="Acknowledgement", paragraphs=["Received."], issuer="Recipient", dated=date(2024, 11, 2)
    )


def a_post(seed: int) -> bytes:
    return files.post_capture(seed, channel="Зразкове зведення", text="Текст допису", posted=MOMENT, with_media=True)


MAKERS = {
    "video": (lambda seed: files.video(seed, caption="Відео", seconds=1), ".mp4"),
    "photo": (files.photo, ".jpg"),
    "audio": (lambda seed: files.audio(seed, seconds=1), ".m4a"),
    "report": (a_report, ".pdf"),
    "letter": (a_letter, ".pdf"),
    "post": (a_post, ".png"),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_it_makes_the_same_file_for_a_seed_and_another_for_another(kind):
    make, _ = MAKERS[kind]
    made = [make(seed) for seed in range(6)]
    assert len(set(made)) == 6
    assert make(3) == made[3]
    assert make("three") == make("three") != made[3]


@pytest.mark.parametrize("kind", MAKERS)
def test_it_makes_files_that_are_what_they_claim(kind):
    make, extension = MAKERS[kind]
    found = {match.extension for match in puremagic.magic_string(make(1))}
    assert extension in found or (extension == ".jpg" and ".jpeg" in found)


def test_it_makes_a_video_that_plays_and_moves():
    with av.open(io.BytesIO(files.video(1, caption="Відео 12", seconds=3, started=MOMENT))) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 320, 180)
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
        assert container.duration == 3_000_000
    assert len(frames) == 3 * files.FRAMES_PER_SECOND
    assert abs(frames[0].astype(int) - frames[-1]).mean() > 2
    assert frames[0].std() > 5


def test_it_makes_a_sound_of_the_length_asked():
    with av.open(io.BytesIO(files.audio(1, seconds=2))) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        assert 1.9 < container.duration / 1_000_000 < 2.2


def test_it_makes_a_report_with_readable_ukrainian_marked_as_demonstration():
    text = " ".join(pypdfium2.PdfDocument(a_report(1))[0].get_textpage().get_text_range().split())
    for expected in ("ДЕМОНСТРАЦІЙНІ ДАНІ", "981-ша демонстраційна бригада", "12/дск", "05.10.2024", "Селидове"):
        assert expected in text
    assert "Для службового користування" in text


def test_it_makes_pictures_of_a_sensible_size():
    capture, photo = Image.open(io.BytesIO(a_post(1))), Image.open(io.BytesIO(files.photo(1)))
    assert capture.width > 300 and capture.height > 200
    assert photo.size == (640, 426)
    assert len(a_post(1)) < 200_000 and len(files.photo(1)) < 200_000


def test_it_is_quick_enough_to_make_the_whole_demonstration():
    started = time.process_time()
    for seed in range(6):
        files.video(seed, caption="Відео"), a_report(seed), a_post(seed)
    assert (time.process_time() - started) * 10 < 30


def test_its_places_lie_where_they_say():
    assert len(texts.PLACES) >= 30
    assert len({place.settlement for place in texts.PLACES}) == len(texts.PLACES)
    for place in texts.PLACES:
        assert 44 < place.latitude < 53 and 22 < place.longitude < 41
        assert place.country == ("RU" if place.oblast == "Kursk oblast" else "UA")
        assert re.search("[А-Яа-яІіЇїЄєҐґ]", place.settlement_uk) and place.settlement.isascii()


def test_its_persons_are_distinct_and_numbered_as_synthetic():
    people = [texts.person(index) for index in range(400)]
    assert len({person.latin for person in people}) == 400
    assert all(person.number.startswith("SYN-") for person in people)
    assert texts.person(7) == texts.person(7)


def test_its_units_are_called_demonstration_and_form_a_tree():
    names = {unit.name for unit in texts.UNITS}
    for unit in texts.UNITS:
        assert "Demonstration" in unit.name and "демонстраці" in unit.name_uk
        assert unit.superior == "" or unit.superior in names


@pytest.mark.parametrize("status", ["captured", "surrendering", "hors_de_combat"])
@pytest.mark.parametrize("count", [1, 6, 14])
def test_its_summaries_are_whole_sentences_without_names(status, count):
    summaries = {texts.case_summary(index, place="Selydove", count=count, status=status) for index in range(30)}
    for summary in summaries:
        assert "{" not in summary and "Selydove" in summary
        assert 2 <= len(re.findall(r"\.(?: |$)", summary)) <= 4
    titles = {texts.case_title(index, place="Selydove", count=count) for index in range(12)}
    assert all("Selydove" in title and "{" not in title and len(title) <= 120 for title in titles)


def test_its_statements_are_three_of_officials_in_2024_and_several_of_groups():
    officials = [statement for statement in texts.STATEMENTS if statement.by_official]
    assert len(officials) == 3 and all(statement.said_on.startswith("2024-") for statement in officials)
    assert len(texts.STATEMENTS) - len(officials) >= 3
    assert all("synthetic" in statement.speaker and statement.translation for statement in texts.STATEMENTS)


def test_its_posts_come_in_three_languages_with_translations():
    posts = [texts.post(index, place="Selydove", place_uk="Селидове") for index in range(60)]
    assert {post.channel.language for post in posts} == {"uk", "ru", "en"}
    assert all(len(TRANSLATIONS[language]) == len(POSTS[language]) for language in TRANSLATIONS)
    for post in posts:
        assert "{" not in post.text + post.translation
        assert bool(post.translation) == (post.channel.language != "en")
