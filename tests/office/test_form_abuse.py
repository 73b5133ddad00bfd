"""Nasty forms sent to every page of the house: an answer below 500, whatever is sent. Every day each form gets two
bodies in which all the nasty texts stand side by side; the long run sends each text alone and as everybody."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.access import walking, world
from tests.access.routes import routes
from tests.access.table import TABLE

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
POSTED = sorted(
    name for name, row in TABLE.items() if name in routes() and not row.api and row.verbs.get("post", "-") != "-"
)
# Ends the session or changes the sender, so that whoever asks next is nobody.
LAST = {"accounts:lock"}

NASTY = {
    "NUL": "a\x00b",
    "controls": "\x1b[31m\r\nX-Evil: 1\x07\x7f",
    "bidi": "\u202egnp.exe\u2066\u200b\ufeff",
    "script": "<script>alert(1)</script>{{7*7}}{% load x %}javascript:alert(1)",
    "formula": "=cmd|' /C calc'!A0",
    "huge integer": "9" * 4400,
    "exponent": "1e400",
    "NaN": "NaN",
    "negative": "-1",
    "year 0": "0000-00-00",
    "year 10000": "10000-01-01",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "sql": "' OR 1=1; --",
    "path": "../" * 50 + "etc/passwd",
    "digits": "\u0661\u0662\u0663\u00b2",
    "astral": "\U0010ffff\ufdd0",
    "empty": "",
}


@pytest.fixture
def own(cast) -> SimpleNamespace:
    return walking.merged(world.build(cast.team, cast.investigator, "ownrow"), world.accounts(cast))


@pytest.fixture
def people(cast) -> dict[str, Client]:
    return {letter: asker.client for letter, asker in walking.people(cast).items() if letter in "IROVAUXN"}


def fields(client: Client, url: str) -> list[str]:
    """The names of the fields of the form at an address, and some that are in no form."""
    answer = client.get(url)
    form = (answer.context or {}).get("form") if answer.status_code == 200 else None
    names = [form.add_prefix(name) for name in form.fields] if form is not None else []
    return [*names, "next", "reason", "state", "owner", "expected", "expected_updated_at", "theme", "form-TOTAL_FORMS"]


def bodies(names: list[str]) -> dict[str, Any]:
    """Every nasty text in all fields at once, and bodies that are wrong as a whole."""
    found: dict[str, Any] = {what: urlencode(dict.fromkeys(names, text)) for what, text in NASTY.items()}
    found["long"] = urlencode({name: "x" * (1_000_000 // len(names)) for name in names})
    found["arrays"] = urlencode([(name, value) for name in names for value in ("1", "2", "[]", "x")])
    found["brackets"] = urlencode({f"{name}[]": "1" for name in names} | {f"{name}.0": "1" for name in names})
    found["lone surrogates"] = "&".join(f"{name}=%ED%A0%80" for name in names)
    found["invalid UTF-8"] = "&".join(f"{name}=%FF%FE%C0%80" for name in names)
    found["surrogate name"] = "%ED%A0%80=1&a%00b=2&=3&==&%"
    found["many fields"] = "&".join(f"f{number}=1" for number in range(1200))
    found["nothing"] = ""
    return found


def ask(client: Client, letter: str, url: str, what: str, data: Any, kind: str) -> str:
    """One answer as a line when it is a defect; what was written is taken back."""
    cookies, mark = client.cookies.copy(), transaction.savepoint()
    try:
        answer = client.post(url, data, content_type=kind) if kind else client.post(url, data)
    finally:
        transaction.savepoint_rollback(mark)
        client.cookies = cookies
    return f"{letter} {url} {what}: {answer.status_code}" if answer.status_code >= 500 else ""


def sent(people: dict[str, Client], url: str, letter: str, turn: int) -> list[str]:
    """What broke: `letter` sends every second of the bodies, the others one of them, in turn."""
    names, found = fields(people[letter], url), []
    every = list(bodies(names).items())
    for place, (other, client) in enumerate(people.items()):
        share = every[turn % 2 :: 2] if other == letter else [every[(turn + place) % len(every)]]
        found += [ask(client, other, url, what, data, FORM) for what, data in share]
    broken = b'--x\r\nContent-Disposition: form-data; name="a\r\n'
    client = people[letter]
    found.append(ask(client, letter, url, "broken parts", broken, "multipart/form-data; boundary=x"))
    found.append(ask(client, letter, url, "json", b'{"a": [1', "application/json"))
    files = {name: SimpleUploadedFile("a\u202e\r\n.exe", b"", "text/html") for name in names}
    found.append(ask(client, letter, url, "files for texts", files, ""))
    return [line for line in found if line]


ROOMS = sorted({name.partition(":")[0] for name in POSTED})


def doors(room: str, own: SimpleNamespace, people: dict[str, Client]) -> list[tuple[str, str]]:
    """The address of each form of a room, and who may send it."""
    every = routes()
    return [
        (
            walking.address(name, every[name], own, TABLE[name].target),
            next((each for each in TABLE[name].verbs["post"] if each in people), "A"),
        )
        for name in POSTED
        if name.startswith(f"{room}:") and name not in LAST
    ]


@pytest.mark.long
@pytest.mark.parametrize("room", ROOMS)
def test_it_answers_every_form_full_of_nasty_texts(cast, own, people, room):
    wrong: list[str] = []
    texts = [text for text in NASTY.values() if len(text) < 1000]
    for turn, (url, letter) in enumerate(doors(room, own, people)):
        names = fields(people[letter], url)
        mixed = {name: texts[(turn + place) % len(texts)] for place, name in enumerate(names)}
        # One that cannot be stored ends the reading of a form early; the other goes further.
        storable = {name: text for name, text in mixed.items() if "\x00" not in text}
        wrong += [ask(people[letter], letter, url, str(body), urlencode(body), FORM) for body in (mixed, storable)]
    assert not any(wrong), "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("room", ROOMS)
def test_it_answers_every_nasty_form(cast, own, people, room):
    wrong: list[str] = []
    for turn, (url, letter) in enumerate(doors(room, own, people)):
        wrong += sent(people, url, letter, turn)
    assert not wrong, "\n".join(wrong)


SIGN_IN = (
    "account_login",
    "account_reauthenticate",
    "account_change_password",
    "mfa_authenticate",
    "usersessions_list",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_login_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate_webauthn",
    "mfa_reauthenticate",
)


@pytest.mark.long
def test_it_answers_every_nasty_form_at_the_door(cast, people):
    askers = {letter: people[letter] for letter in "IN"}
    wrong = [line for turn, name in enumerate(SIGN_IN) for line in sent(askers, reverse(name), "IN"[turn % 2], turn)]
    assert not wrong, "\n".join(wrong)


QUERIES = (
    "q=%00&cursor=%00&page_size=%00&case=%00&state=%00&kind=%00&tab=%00&links=%00&next=%00&team=%00",
    "q=%ED%A0%80",
    "q=" + "9" * 5000,
    "page_size=99999999999",
    "cursor=" + "A" * 4000,
    "ordering=case__team__name",
    "case=1",
    "state=%00",
    "next=//evil.example",
    "occurred=0000",
    "from=10000-01-01&to=0000",
    "year=" + "9" * 40,
    "as_of=NaN&standard=" + "9" * 400,
    "id__in=1&team__name=x",
    "links=1&links=x&seen=%FF",
)


@pytest.mark.long
def test_it_answers_every_nasty_address(cast, own, people):
    wrong = []
    every = routes()
    read = (each for each, row in TABLE.items() if each in every and row.verbs.get("get", "-") != "-")
    for turn, name in enumerate(read):
        row = TABLE[name]
        if row.name in ("healthz", "readyz"):
            continue
        letter = next((each for each in row.verbs["get"] if each in people), "I")
        url = walking.address(name, every[name], own, row.target)
        for query in QUERIES[turn % 3 :: 3]:
            status = people[letter].get(f"{url}?{query}").status_code
            if status >= 500:
                wrong.append(f"{letter} {url}?{query:.60}: {status}")
    assert not wrong, "\n".join(wrong)
