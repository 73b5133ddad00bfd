from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.core.text import UnstorableText, log_safe, mark_invisible, refuse_unstorable, skeleton, sort_key

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)
NAMES = st.text(st.sampled_from("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэъёАЇЄ’' -abcghijkstwxyzńł"), max_size=40)


def test_it_marks_direction_overrides_and_zero_width_characters():
    assert mark_invisible("a\u202ebc\u200b") == [("a", False), ("U+202E", True), ("bc", False), ("U+200B", True)]
    assert mark_invisible("plain\ntext\twith tabs") == [("plain\ntext\twith tabs", False)]
    assert mark_invisible("") == []


def test_it_leaves_emoji_joined():
    family = "👨\u200d👩\u200d👧"
    assert mark_invisible(family) == [(family, False)]
    assert mark_invisible("а\u200dб")[1] == ("U+200D", True)


@given(ANY_TEXT)
def test_it_loses_no_visible_text_and_leaves_nothing_misleading(value):
    segments = mark_invisible(value)
    shown = "".join(segment for segment, marked in segments if not marked)
    left = [character for character in shown if unicodedata.category(character) in {"Cc", "Cs", "Cf", "Zl", "Zp"}]
    assert set(left) <= {"\n", "\t", "\r", "\u200d"} | {
        c for c in left if unicodedata.category(c) == "Cf" and ord(c) < 0x900
    }
    assert len(value) == len(shown) + sum(marked for _, marked in segments)


@given(ANY_TEXT)
def test_it_keeps_log_lines_on_one_line_without_control_characters(value):
    line = log_safe(value)
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert log_safe("\x1b[31m red\r\nINFO forged") == "\\u001b[31m red\\u000d\\u000aINFO forged"


def test_it_cuts_long_log_text():
    assert len(log_safe("x" * 10_000)) == 501


@pytest.mark.parametrize(
    "spellings",
    [
        ("Lubinets", "Лубінець", "Лубинец", "LUBINETZ", "lubinets'"),
        ("Зеленський", "Zelenskyy", "Zelensky", "Зеленский", "Zelenskij"),
        ("Григорій", "Hryhorii", "Grigoriy", "Григорий"),
        ("Щербак", "Shcherbak", "Schcherbak"),
        ("Харків", "Kharkiv"),
        ("Єфремов", "Yefremov", "Iefremov", "Ефремов"),
        ("Солов’йов", "Соловйов", "Solovʼiov", "Soloviov"),
        ("Гнатюк", "Hnatiuk", "Hnatyuk", "Gnatjuk"),
        ("Анна Іваненко", "Anna  Ivanenko", "АННА-ІВАНЕНКО"),
        ("Wójcik", "Войцик"),
    ],
)
def test_it_brings_spellings_of_a_name_together(spellings):
    assert len({skeleton(spelling) for spelling in spellings}) == 1


def test_it_keeps_different_names_apart():
    names = ["Лубінець", "Шевченко", "Коваленко", "Ковальчук", "Бондаренко", "Мельник", "Ткаченко", "Кравчук"]
    assert len({skeleton(name) for name in names}) == len(names)
    assert skeleton("Бригада 110") != skeleton("Бригада 10")


@given(st.one_of(NAMES, ANY_TEXT))
def test_it_gives_a_key_that_is_its_own_key(name):
    assert skeleton(skeleton(name)) == skeleton(name)


@given(NAMES)
def test_it_does_not_depend_on_case_or_normalization(name):
    assert skeleton(name.upper()) == skeleton(name)
    assert skeleton(unicodedata.normalize("NFD", name)) == skeleton(name)


@given(NAMES)
def test_it_writes_cyrillic_keys_in_plain_letters(name):
    assert skeleton(name).replace(" ", "").isascii()


@pytest.mark.parametrize("bad", ["a\x00b", "\ud800", "x\udfffy"])
def test_it_refuses_text_the_database_cannot_keep(bad):
    with pytest.raises(UnstorableText):
        refuse_unstorable(bad)


def test_it_lets_other_text_through():
    assert refuse_unstorable("Ґанок 👍") == "Ґанок 👍"


def test_it_sorts_ukrainian_by_its_alphabet():
    alphabet = "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ"
    assert "".join(sorted(reversed(alphabet), key=sort_key)) == alphabet


def test_it_sorts_russian_by_its_alphabet():
    alphabet = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
    assert "".join(sorted(reversed(alphabet), key=sort_key)) == alphabet


def test_it_sorts_digits_latin_and_cyrillic_and_whole_words_first():
    titles = ["Іванів", "іва нова", "Łódź", "lodz", "2024", "Zaporizhzhia", "Ґанок", "Галич"]
    assert sorted(titles, key=sort_key) == [
        "2024", "Łódź", "lodz", "Zaporizhzhia", "Галич", "Ґанок", "іва нова", "Іванів",
    ]  # fmt: skip


@given(ANY_TEXT)
def test_it_gives_a_sort_key_for_any_text(text):
    key = sort_key(text)
    assert key == key.strip()
    assert sort_key(text.replace("'", "")) == key
