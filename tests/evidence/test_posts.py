"""Posts by their addresses: read, recognised, found, repeated, looked for again."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from casework.audit import clock
from casework.audit.models import AuditEvent
from casework.core.errors import Invalid, NotAllowed, NotFound
from casework.evidence.actions import change_item, observe_post, rate_item, register_item
from casework.evidence.actions.custody import verify_custody
from casework.evidence.arrivals import Arrival, recognise
from casework.evidence.filters import find_item
from casework.evidence.independence import dependent_on
from casework.evidence.models import CustodyEvent, Item, Post, PostStatus
from casework.office.search import find
from tests.factories import CaseFactory, SourceFactory

pytestmark = pytest.mark.django_db
ADDRESS = "https://t.me/s/WarNews/12?single"


@pytest.fixture
def record(cast: Any) -> Any:
    def make(url: str = ADDRESS, **details: Any) -> Item:
        case, source = details.pop("case", None), details.pop("source", None)
        return register_item(
            actor=cast.investigator, team=cast.team, kind="post", title="A post", source=source, case=case,
            establishes=["act"] if case else (), details={"url": url, **details},
        )  # fmt: skip

    return make


def test_it_reads_platform_account_and_number_from_the_address(record):
    post = record().post
    assert (post.platform, post.handle, post.post_id) == ("telegram", "@warnews", "12")
    assert (post.url, post.normal_url) == (ADDRESS, "https://t.me/warnews/12")
    typed = record(handle="@other", post_id="7").post
    assert (typed.handle, typed.post_id) == ("@other", "7")


def test_it_follows_a_changed_address(cast, record):
    item = record()
    change_item(item, actor=cast.investigator, details={"url": "https://m.vk.com/wall-1_2"})
    assert Post.objects.get(item=item).normal_url == "https://vk.com/wall-1_2"


def test_it_recognises_the_post_under_another_address(cast, record):
    item, repost = record(), record("https://x.com/a/status/5", reposts="https://telegram.me/warnews/12")
    found = recognise(Arrival(addresses=["tg://resolve?domain=warnews&post=12"]), cast.investigator)
    assert [hint.item for hint in found.hints] == [item, repost]
    assert not recognise(Arrival(addresses=["https://t.me/warnews/13", "words"]), cast.investigator).hints
    assert not recognise(Arrival(addresses=[ADDRESS]), cast.outsider).hints


def test_it_is_found_by_any_form_of_its_address(cast, record):
    item = record()
    for address in ("telegram.me/warnews/12", "https://warnews.t.me/12", "tg://resolve?domain=WarNews&post=12"):
        groups = find(cast.investigator, address).groups
        assert [hit.reference for group in groups for hit in group.hits] == [item.reference], address
        assert list(find_item(Item.objects.visible_to(cast.investigator), address)) == [item]
        assert find(cast.outsider, address).empty


def test_reposts_of_reposts_are_no_second_source(cast, record):
    case = CaseFactory(team=cast.team, created_by=cast.investigator)
    first = record(case=case, source=SourceFactory(team=cast.team))
    between = record("https://vk.com/wall-1_2", reposts="https://t.me/warnews/12")
    last = record("https://x.com/a/status/5", reposts="https://m.vk.com/wall-1_2", case=case,
                  source=SourceFactory(team=cast.team))  # fmt: skip
    alone = record("https://x.com/a/status/6", case=case)
    assert dependent_on(first) == {between.pk, last.pk}
    assert dependent_on(last) == {first.pk, between.pk}
    assert dependent_on(alone) == set()
    with pytest.raises(Invalid) as refused:
        rate_item(first, actor=cast.investigator, credibility=1, reason="Two sources")
    assert "credibility" in refused.value.fields


def test_a_forward_is_no_second_source_for_the_account_it_came_from(record):
    own = record("https://t.me/c/77/1", account="channel77", display_name="Front")
    by_number = record("https://t.me/c/88/1", forwarded_from="Renamed", forwarded_account="channel77")
    by_name = record("https://t.me/c/99/1", forwarded_from="Front")
    other = record("https://t.me/c/66/1", account="channel66", display_name="Elsewhere")
    assert dependent_on(own) == {by_number.pk, by_name.pk}
    assert own.pk in dependent_on(by_number) and own.pk in dependent_on(by_name)
    assert dependent_on(other) == set()


def test_what_was_found_later_is_dated_and_kept(cast, record):
    item = record()
    day = datetime.date(2025, 3, 1)
    observe_post(item, actor=cast.investigator, found="removed", seen_on=day, seen_by="Iryna", note="404")
    assert Post.objects.get(item=item).removed_on == day
    observe_post(item, actor=cast.colleague, found="available", seen_on=datetime.date(2025, 2, 1))
    assert Post.objects.get(item=item).removed_on == day, "seen earlier: the later removal holds"
    observe_post(item, actor=cast.colleague, found="available", seen_on=datetime.date(2025, 4, 1))
    assert Post.objects.get(item=item).removed_on is None
    assert [status.found for status in item.post_statuses.all()] == ["available", "removed", "available"]
    assert item.custody.filter(act=CustodyEvent.Act.OBSERVED).count() == 3
    assert verify_custody(item).whole
    assert AuditEvent.objects.filter(event="evidence.post_observed").count() == 3
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PostStatus.objects.update(found="changed")


def test_a_removal_typed_with_the_record_is_an_observation(cast, record):
    item = record(removed_on=datetime.date(2025, 3, 1))
    (status,) = item.post_statuses.all()
    assert (status.found, status.recorded_by) == ("removed", cast.investigator)
    with pytest.raises(Invalid) as refused:
        record("https://t.me/warnews/14", removed_on=clock.today() + datetime.timedelta(days=2))
    assert "removed_on" in refused.value.fields


def test_it_refuses_what_cannot_be_observed(cast, record):
    item = record()
    with pytest.raises(Invalid):
        observe_post(item, actor=cast.investigator, found="removed",
                     seen_on=clock.today() + datetime.timedelta(days=2))  # fmt: skip
    with pytest.raises(NotAllowed):
        observe_post(item, actor=cast.viewer, found="removed", seen_on=clock.today())
    with pytest.raises(NotFound):
        observe_post(item, actor=cast.outsider, found="removed", seen_on=clock.today())
    paper = register_item(actor=cast.investigator, team=cast.team, kind="document", title="Paper")
    with pytest.raises(Invalid):
        observe_post(paper, actor=cast.investigator, found="removed", seen_on=clock.today())
    assert not PostStatus.objects.exists()


def test_the_form_begins_with_the_address_and_tells_what_it_names(cast, client, record):
    item = record()
    client.force_login(cast.investigator, backend="casework.accounts.backends.CaseworkBackend")
    page = client.get("/evidence/new/post/").content.decode()
    assert (
        page.index('name="url"') < page.index('name="text"') < page.index('name="files"') < page.index('name="title"')
    )
    told = client.get("/evidence/address/", {"url": "telegram.me/warnews/12"}).content.decode()
    assert "Telegram" in told and "@warnews" in told and item.reference in told
    assert "no address" in client.get("/evidence/address/", {"url": "words"}).content.decode()
    sent = client.post(
        "/evidence/new/post/", {"url": "https://t.me/other/5", "title": "P", "credibility": 6, "graphic": 0}
    )
    assert sent.status_code == 302
    assert Post.objects.get(url="https://t.me/other/5").platform == "telegram"
    page = client.post(f"/evidence/{item.pk}/observe/", {"found": "removed", "seen_on": "2025-03-01"}, follow=True)
    assert "Removed" in page.content.decode()
