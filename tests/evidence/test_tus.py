"""Resumable uploads by tus 1.0: what is committed stays, what is wrong is refused in the protocol's words."""

from __future__ import annotations

import base64
import datetime
import errno
import hashlib
import os
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from casework.accounts.actions import make_token
from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.core.errors import StorageFull
from casework.evidence import store, sweeping
from casework.evidence.actions import uploads
from casework.evidence.models import Blob, Upload
from casework.evidence.store import resuming
from tests.evidence.conftest import upload as plain_upload

pytestmark = pytest.mark.django_db
BACKEND = "casework.accounts.backends.CaseworkBackend"
TUS = {"tus-resumable": "1.0.0"}
OFFSET_TYPE = "application/offset+octet-stream"
PLACE = "/evidence/uploads/"
DATA = os.urandom(1_000_000)


def signed_in(user: Any, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def office(cast: SimpleNamespace) -> Client:
    return signed_in(cast.investigator)


def b64(value: bytes | str) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()


def begin(client: Client, size: int = len(DATA), name: str = "video.mp4", **headers: str) -> Any:
    given = {**TUS, "upload-length": str(size), "upload-metadata": f"filename {b64(name)},filetype {b64('video/mp4')}"}
    return client.post(PLACE, b"", headers={**given, **_dashed(headers)}, content_type=OFFSET_TYPE)


def send(client: Client, url: str, data: bytes, offset: int, **headers: str) -> Any:
    given = {**TUS, "upload-offset": str(offset), **_dashed(headers)}
    extra = {"CONTENT_LENGTH": str(len(data)), "CONTENT_TYPE": OFFSET_TYPE}
    return client.generic("PATCH", url, data, headers=given, **extra)


def head(client: Client, url: str) -> Any:
    return client.head(url, headers=TUS)


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def partials() -> list[Path]:
    folder = resuming.folder_of(store.originals())
    return sorted(folder.iterdir()) if folder.exists() else []


def begun(client: Client, **given: Any) -> str:
    answer = begin(client, **given)
    assert answer.status_code == 201, answer.content
    return str(answer["Location"])


def whole(client: Client, data: bytes = DATA, name: str = "video.mp4") -> Upload:
    url = begun(client, size=len(data), name=name)
    assert send(client, url, data, 0).status_code == 204
    return Upload.objects.get(pk=url.split("/")[-2])


def test_it_says_what_it_offers(office: Client, settings: Any) -> None:
    answer = office.options(PLACE)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "termination", "expiration",
    }  # fmt: skip
    assert answer["Tus-Max-Size"] == str(settings.CASEWORK_MAX_UPLOAD)
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_it_takes_a_file_in_pieces_and_seals_it(office: Client, cast: SimpleNamespace) -> None:
    url = begun(office)
    assert head(office, url)["Upload-Offset"] == "0"
    first = send(office, url, DATA[:400_000], 0)
    assert (first.status_code, first["Upload-Offset"]) == (204, "400000")
    assert "GMT" in first["Upload-Expires"]
    answer = head(office, url)
    assert (answer["Upload-Offset"], answer["Upload-Length"], answer["Cache-Control"]) == (
        "400000", str(len(DATA)), "no-store",
    )  # fmt: skip
    assert answer["Upload-Metadata"].startswith("filename ")
    assert not Blob.objects.exists()

    assert send(office, url, DATA[400_000:], 400_000)["Upload-Offset"] == str(len(DATA))
    row = Upload.objects.get()
    assert (row.state, row.name, row.declared_type, row.owner) == (
        "complete", "video.mp4", "video/mp4", cast.investigator,
    )  # fmt: skip
    assert row.blob_id == hashlib.sha256(DATA).hexdigest()
    assert store.check(row.blob_id, len(DATA)) is store.CheckResult.OK
    assert partials() == []
    assert os.listdir(store.originals().incoming) == []
    events = list(AuditEvent.objects.order_by("position").values_list("event", flat=True))
    assert events == ["evidence.upload_begun", "evidence.upload_completed"]


def test_it_takes_the_first_piece_with_the_beginning(office: Client) -> None:
    given = {**TUS, "upload-length": str(len(DATA))}
    answer = office.post(PLACE, DATA[:1000], headers=given, content_type=OFFSET_TYPE)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "1000")
    assert head(office, answer["Location"])["Upload-Offset"] == "1000"


@pytest.mark.parametrize(("algorithm", "hasher"), [("sha1", hashlib.sha1), ("sha256", hashlib.sha256)])
def test_it_compares_each_piece_with_its_checksum(office: Client, algorithm: str, hasher: Any) -> None:
    url = begun(office)
    right = f"{algorithm} {b64(hasher(DATA[:5000]).digest())}"
    assert send(office, url, DATA[:5000], 0, upload_checksum=right).status_code == 204
    wrong = send(office, url, DATA[5000:9000], 5000, upload_checksum=right)
    assert wrong.status_code == 460
    assert wrong.json()["type"] == "checksum_mismatch"
    assert head(office, url)["Upload-Offset"] == "5000"
    assert partials()[0].stat().st_size == 5000


@pytest.mark.parametrize("given", ["md5 " + b64(b"x" * 16), "sha256", "sha256 ???", "sha256 " + b64(b"short"), ""])
def test_it_refuses_a_checksum_that_it_cannot_compare(office: Client, given: str) -> None:
    url = begun(office)
    answer = send(office, url, b"abc", 0, upload_checksum=given)
    assert answer.status_code == 400
    assert "Upload-Checksum" in answer.json()["fields"]
    assert head(office, url)["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"upload-length": "0"}, 422),
        ({"upload-length": "-1"}, 400),
        ({"upload-length": "1e9"}, 400),
        ({"upload-length": "9" * 19}, 400),
        ({"upload-length": "9" * 18}, 413),
        ({"upload-length": ""}, 400),
        ({"upload-length": "5", "upload-defer-length": "1"}, 400),
        ({"upload-metadata": "filename"}, 201),
        ({"upload-metadata": "filename ???"}, 400),
        ({"upload-metadata": f"filename {b64('a')},filename {b64('b')}"}, 400),
        ({"upload-metadata": "filename " + b64(b"\xff\xfe")}, 400),
        ({"upload-metadata": "filename " + b64(b"a\0b")}, 400),
        ({"upload-metadata": f"fingerprint {b64('abc')}"}, 400),
        ({"upload-metadata": "na\u00efve " + b64("abc")}, 400),
        ({"upload-metadata": "x" * 9000}, 400),
        ({"upload-metadata": f"filename {b64('../../etc/passwd')}"}, 201),
        ({"tus-resumable": "0.2.2"}, 412),
        ({"x-http-method-override": "DELETE"}, 405),
        ({"content-encoding": "gzip"}, 415),
    ],
)
def test_it_answers_a_bad_beginning(office: Client, headers: dict[str, str], status: int) -> None:
    answer = office.post(PLACE, b"", headers={**TUS, "upload-length": "5", **headers}, content_type=OFFSET_TYPE)
    assert answer.status_code == status, answer.content
    assert answer["Tus-Resumable"] == "1.0.0"
    if status != 201:
        assert not Upload.objects.exists()
    if status == 412:
        assert answer["Tus-Version"] == "1.0.0"


def test_it_keeps_names_as_labels(office: Client) -> None:
    begun(office, name="../../e\u202evil.mp4")
    assert Upload.objects.get().name == "../../e\u202evil.mp4"
    assert [path.name for path in partials()] == [f"{Upload.objects.get().pk.hex}.part"]


def test_it_refuses_a_piece_in_the_wrong_place(office: Client) -> None:
    url = begun(office)
    assert send(office, url, DATA[:5000], 0).status_code == 204
    for offset in (0, 4999, 5001):
        answer = send(office, url, DATA[:100], offset)
        assert (answer.status_code, answer["Upload-Offset"]) == (409, "5000")
    assert send(office, url, b"x" * len(DATA), 5000).status_code == 413
    assert head(office, url)["Upload-Offset"] == "5000"
    assert partials()[0].read_bytes() == DATA[:5000]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"upload-offset": ""}, 400), ({"upload-offset": "x"}, 400), ({"tus-resumable": "2.0"}, 412),
     ({"content-type": "application/octet-stream"}, 415)],
)  # fmt: skip
def test_it_answers_a_bad_piece(office: Client, headers: dict[str, str], status: int) -> None:
    url = begun(office)
    kind = headers.pop("content-type", OFFSET_TYPE)
    given = {**TUS, "upload-offset": "0", **headers}
    answer = office.generic("PATCH", url, b"abc", headers=given, CONTENT_TYPE=kind)
    assert answer.status_code == status
    assert head(office, url)["Upload-Offset"] == "0"


def test_it_refuses_a_second_writer(office: Client) -> None:
    url = begun(office)
    key = uuid.UUID(url.split("/")[-2])
    with resuming.Partial(store.originals(), key):
        answer = send(office, url, DATA[:10], 0)
        assert (answer.status_code, answer["Upload-Offset"]) == (409, "0")
        assert office.delete(url, headers=TUS).status_code == 409
    assert send(office, url, DATA[:10], 0).status_code == 204


def test_it_cuts_off_what_was_never_committed(office: Client) -> None:
    url = begun(office)
    send(office, url, DATA[:5000], 0)
    with open(partials()[0], "ab") as file:
        file.write(b"written, and then the power went")
    send(office, url, DATA[5000:], 5000)
    assert Upload.objects.get().sha256 == hashlib.sha256(DATA).hexdigest()


def test_it_goes_on_from_what_the_disk_still_has(office: Client) -> None:
    url = begun(office)
    send(office, url, DATA[:5000], 0)
    os.truncate(partials()[0], 3000)
    answer = send(office, url, DATA[5000:], 5000)
    assert (answer.status_code, answer["Upload-Offset"]) == (409, "3000")
    assert send(office, url, DATA[3000:], 3000).status_code == 204
    assert Upload.objects.get().sha256 == hashlib.sha256(DATA).hexdigest()


class Breaking:
    """A body that breaks off."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, size: int = -1) -> bytes:
        if not self.data:
            raise ConnectionResetError
        piece, self.data = self.data[:size], self.data[size:]
        return piece

    readline = read

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("checksum", "kept"), [(False, 700), (True, 0)])
def test_it_keeps_what_came_before_the_line_broke(office: Client, checksum: bool, kept: int) -> None:
    url = begun(office)
    headers = {"upload_checksum": f"sha256 {b64(hashlib.sha256(DATA[:1000]).digest())}"} if checksum else {}
    given = {**TUS, "upload-offset": "0", **_dashed(headers)}
    answer = office.generic("PATCH", url, b"", headers=given, CONTENT_TYPE=OFFSET_TYPE, CONTENT_LENGTH="1000",
                            **{"wsgi.input": Breaking(DATA[:700])})  # fmt: skip
    assert answer.status_code == 400
    assert answer.json()["type"] == "incomplete"
    assert head(office, url)["Upload-Offset"] == str(kept)


def test_it_commits_a_long_piece_now_and_then(office: Client) -> None:
    url = begun(office)
    seen: list[int] = []
    syncing = resuming.Partial.sync

    def noted(partial: resuming.Partial) -> int:
        seen.append(Upload.objects.get().offset)
        return syncing(partial)

    with (
        patch.object(resuming.Partial, "sync", noted),
        patch("casework.evidence.actions.uploads.COMMIT_EVERY", 300_000),
    ):
        send(office, url, DATA, 0)
    assert seen[0] == 0
    assert 300_000 < seen[1] < len(DATA)


def test_it_goes_on_when_there_is_room_again(office: Client) -> None:
    url = begun(office)
    send(office, url, DATA[:5000], 0)
    with patch("casework.evidence.store.resuming.os.write", side_effect=OSError(errno.ENOSPC, "full")):
        assert send(office, url, DATA[5000:], 5000).status_code == 507
    assert head(office, url)["Upload-Offset"] == "5000"
    assert send(office, url, DATA[5000:], 5000).status_code == 204
    with patch("casework.evidence.store.resuming.create", side_effect=StorageFull("full")):
        assert begin(office).status_code == 507


def test_it_keeps_a_piece_whose_commit_was_never_answered(office: Client) -> None:
    """The database took the new offset and went away before it said so: what it promises has to be on the disk."""
    url = begun(office)
    committing = uploads._commit

    def unanswered(row: Upload, partial: resuming.Partial) -> None:
        committing(row, partial)
        row.offset = 0
        raise OperationalError("the answer was lost")

    with patch.object(uploads, "_commit", unanswered):
        assert send(office, url, DATA[:5000], 0).status_code == 503
    assert head(office, url)["Upload-Offset"] == "5000"
    assert send(office, url, DATA[5000:], 5000).status_code == 204
    assert Upload.objects.get().sha256 == hashlib.sha256(DATA).hexdigest()


def test_it_finishes_when_it_is_asked_after_an_interruption(office: Client) -> None:
    """Killed after the last byte was committed, at each later step: whoever asks how far it is has it finished."""
    steps = ("casework.evidence.store.resuming.Partial.seal", "casework.evidence.store.area.Area.keep",
             "casework.evidence.actions.uploads.evidence_blob")  # fmt: skip
    for number, step in enumerate(steps):
        data = DATA + bytes([number])
        url = begun(office, size=len(data))
        with patch(step, side_effect=OSError(errno.EIO, "broken")), pytest.raises(OSError, match="broken"):
            send(office, url, data, 0)
        assert Upload.objects.get(pk=url.split("/")[-2]).state == "receiving"
        assert head(office, url)["Upload-Offset"] == str(len(data))
        row = Upload.objects.get(pk=url.split("/")[-2])
        assert (row.state, row.sha256) == ("complete", hashlib.sha256(data).hexdigest())
    assert partials() == []


def test_it_never_writes_to_a_file_that_the_store_may_have(office: Client) -> None:
    """The database was set back behind a sealed file: another file is begun, the stored bytes stay."""
    url = begun(office)
    with (
        patch("casework.evidence.actions.uploads.evidence_blob", side_effect=OSError("killed")),
        pytest.raises(OSError, match="killed"),
    ):
        send(office, url, DATA, 0)
    sha256 = hashlib.sha256(DATA).hexdigest()
    Upload.objects.update(offset=5000)
    answer = send(office, url, b"other bytes", 5000)
    assert (answer.status_code, answer["Upload-Offset"]) == (409, "0")
    assert store.check(sha256, len(DATA)) is store.CheckResult.OK
    other = os.urandom(len(DATA))
    assert send(office, url, other, 0).status_code == 204
    assert store.check(sha256, len(DATA)) is store.CheckResult.OK
    assert Upload.objects.get().sha256 == hashlib.sha256(other).hexdigest()


def test_it_knows_nothing_of_another_persons_upload(office: Client, cast: SimpleNamespace) -> None:
    url = begun(office)
    nowhere = f"{PLACE}{uuid.uuid4()}/"
    for stranger in (signed_in(cast.colleague), signed_in(cast.outsider)):
        for place in (url, nowhere):
            assert head(stranger, place).status_code == 404
            assert send(stranger, place, b"abc", 0).status_code == 404
            assert stranger.delete(place, headers=TUS).status_code == 404
        assert stranger.get(PLACE).json() == {"uploads": []}
    assert [each["name"] for each in office.get(PLACE).json()["uploads"]] == ["video.mp4"]
    for reader in (cast.viewer, cast.reviewer, cast.administrator):
        assert begin(signed_in(reader)).status_code == 403
    assert begin(Client()).status_code == 401


def test_it_stops_with_the_right_to_send(office: Client, cast: SimpleNamespace) -> None:
    url = begun(office)
    type(cast.investigator).objects.filter(pk=cast.investigator.pk).update(is_active=False)
    assert send(office, url, b"abc", 0).status_code in (401, 403)


def test_it_asks_a_browser_for_the_token_against_forgery(cast: SimpleNamespace) -> None:
    strict = signed_in(cast.investigator, enforce_csrf_checks=True)
    assert begin(strict).status_code == 403
    page = strict.get("/evidence/new/video/")
    token = page.context["csrf_token"]
    assert begin(strict, x_csrftoken=str(token)).status_code == 201
    url = Upload.objects.get()
    place = f"{PLACE}{url.pk}/"
    assert send(strict, place, b"abc", 0).status_code == 403
    assert send(strict, place, b"abc", 0, x_csrftoken=str(token)).status_code == 204
    assert send(strict, place, b"abc", 3, x_csrftoken=str(token), origin="https://elsewhere.example").status_code == 403


def test_it_lets_a_program_in_by_its_token(cast: SimpleNamespace) -> None:
    ends = clock.now() + datetime.timedelta(days=1)
    made = {
        scope: make_token(cast.investigator, actor=cast.investigator, name=scope, scope=scope, ends_at=ends)[1]
        for scope in ("read", "write")
    }
    program = Client(enforce_csrf_checks=True)
    assert begin(program, authorization=f"Bearer {made['read']}").status_code == 403
    assert begin(program, authorization=f"Bearer {made['write']}").status_code == 201
    assert begin(program, authorization="Bearer cwk_wrong").status_code == 401


def test_it_lets_go_of_what_is_not_wanted(office: Client) -> None:
    url = begun(office)
    send(office, url, DATA[:10], 0)
    assert office.delete(url, headers=TUS).status_code == 204
    assert partials() == []
    assert head(office, url).status_code == 404
    assert send(office, url, DATA[10:], 10).status_code == 404

    row = whole(office)
    assert office.delete(f"{PLACE}{row.pk}/", headers=TUS).status_code == 204
    assert not Blob.objects.exists()
    assert AuditEvent.objects.filter(event="evidence.upload_dropped").count() == 2


def test_it_limits_what_one_person_has_on_the_way(office: Client, cast: SimpleNamespace, settings: Any) -> None:
    settings.CASEWORK_UPLOAD_FILES, settings.CASEWORK_UPLOAD_BYTES = 2, 10_000
    begun(office, size=4000)
    assert begin(office, size=6001).status_code == 409
    begun(office, size=6000)
    assert begin(office, size=1).json()["type"] == "upload_quota"
    assert begin(signed_in(cast.colleague), size=1).status_code == 201


def later(days: float) -> Any:
    return clock.travelling_to(clock.now() + datetime.timedelta(days=days))


def test_it_lets_go_of_what_nobody_goes_on_with(office: Client, cast: SimpleNamespace) -> None:
    url = begun(office)
    kept_elsewhere = whole(office)
    plain = plain_upload(b"a file that only the upload had")
    alone = whole(office, b"a file that only the upload had")
    plain.abort()
    from casework.evidence.actions import register_item

    register_item(actor=cast.investigator, team=cast.team, kind="video", title="x", files=[plain_upload(DATA)])
    with later(6.9):
        assert sweeping.sweep_uploads() == 0
    with later(7.1):
        assert head(office, url).status_code == 404
        assert sweeping.sweep_uploads() == 3
    assert Blob.objects.filter(pk=kept_elsewhere.blob_id).exists()
    assert not Blob.objects.filter(pk=alone.blob_id).exists()
    assert partials() == []
    with later(15):
        sweeping.sweep_uploads()
    assert not Upload.objects.exists()


def test_it_answers_for_known_bytes_as_for_new_ones(office: Client, cast: SimpleNamespace) -> None:
    whole(signed_in(cast.outsider))
    url = begun(office)
    answer = send(office, url, DATA, 0)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(DATA)))
    assert Upload.objects.filter(owner=cast.investigator).get().state == "complete"
    assert Blob.objects.count() == 1


@pytest.fixture
def strangers_files(tmp_path: Path) -> Path:
    path = tmp_path / "recording.mp4"
    path.write_bytes(DATA * 3)
    return path


@pytest.mark.django_db(transaction=True)
def test_a_public_client_sends_and_resumes(live_server: Any, cast: SimpleNamespace, strangers_files: Path) -> None:
    from tusclient.client import TusClient

    ends = clock.now() + datetime.timedelta(days=1)
    _row, token = make_token(cast.investigator, actor=cast.investigator, name="p", scope="write", ends_at=ends)
    client = TusClient(live_server.url + PLACE, headers={"Authorization": f"Bearer {token}"})
    options: dict[str, Any] = {
        "chunk_size": 800_000, "metadata": {"filename": "запис.mp4", "filetype": "video/mp4"}, "upload_checksum": True,
    }  # fmt: skip
    sender = client.uploader(str(strangers_files), **options)
    sender.upload_chunk()
    again = client.uploader(str(strangers_files), url=sender.url, **options)
    assert again.offset == 800_000
    again.upload()
    row = Upload.objects.get()
    assert (row.state, row.name) == ("complete", "запис.mp4")
    assert row.sha256 == hashlib.sha256(DATA * 3).hexdigest()
