"""Looking things up, and what must not be found."""

from __future__ import annotations

import pytest

from casework.cases.models import Perpetrator
from casework.core.text import skeleton
from casework.evidence.models import Blob, EvidenceFile, EvidenceLink, Item, Post, Testimony
from casework.office.models import SearchDocument
from casework.office.search import MARK_BEGINS, MARK_ENDS, address_forms, cut_marks, find
from casework.statements.models import Statement
from tests.factories import CaseFactory, PartyFactory, RegionFactory, VictimFactory

BACKEND = "casework.accounts.backends.CaseworkBackend"


@pytest.fixture
def case(cast):
    return CaseFactory(
        title="Shooting at the tree line", summary="Drone video of кілька полонених.", settlement="Антонівка",
        region=RegionFactory(), team=cast.team, created_by=cast.investigator, lead=cast.investigator,
    )  # fmt: skip


@pytest.fixture
def post(cast, case):
    item = Item.objects.create(
        reference="E-90001", team=cast.team, kind="post", title="Post of a channel", registered_by=cast.investigator
    )
    EvidenceLink.objects.create(item=item, case=case, linked_by=cast.investigator)
    return Post.objects.create(
        item=item, platform="telegram", handle="frontline_notes", url="https://t.me/frontline_notes/812",
        text="Пленных не берём", translation="We take no prisoners",
    )  # fmt: skip


def titles(user, text, number=1):
    return [hit.title for group in find(user, text, number).groups for hit in group.hits]


@pytest.mark.parametrize("typed", ["C-00077", "c-77", "C77", "77", "с-00077"])
def test_it_finds_a_reference_however_typed(cast, typed):
    case = CaseFactory(reference="C-00077", team=cast.team)
    assert titles(cast.viewer, typed) == [case.title]
    assert titles(cast.outsider, typed) == []


@pytest.mark.parametrize("words", ["tree line", "SHOOTING", "Антонівка", "антонів", "полонен", "donetsk"])
def test_it_finds_a_case_by_title_place_and_text(cast, case, words):
    assert titles(cast.investigator, words) == [case.title]
    assert titles(cast.outsider, words) == []


def test_it_demands_every_word(cast, case):
    assert titles(cast.investigator, "tree river") == []


@pytest.mark.parametrize("spelling", ["Лубінець", "лубинец", "Lubinets", "LUBINETS Dmytro", "Lubinetz"])
def test_it_finds_a_victim_in_any_script(cast, case, spelling):
    VictimFactory(
        case=case, surname="Лубінець", first_names="Дмитро", name_key=skeleton("Лубінець Дмитро"), identity="confirmed"
    )
    assert titles(cast.investigator, spelling) == ["Лубінець Дмитро"]
    assert titles(cast.outsider, spelling) == []


def test_it_forgets_the_name_of_a_removed_victim(cast, case):
    victim = VictimFactory(case=case, surname="Петренко", name_key=skeleton("Петренко"))
    assert titles(cast.investigator, "Petrenko")
    victim.removed_at = case.updated_at
    victim.save()
    assert titles(cast.investigator, "Petrenko") == []


def test_it_finds_an_alleged_perpetrator(cast, case):
    Perpetrator.objects.create(
        case=case, kind="person", name="Сокол", name_key=skeleton("Сокол"), involvement="ordered", basis="Radio",
        created_by=cast.investigator,
    )  # fmt: skip
    assert titles(cast.viewer, "sokol") == ["Сокол"]


@pytest.mark.parametrize(
    "address",
    ["https://t.me/s/frontline_notes/812?utm_source=x", "t.me/frontline_notes/812", "http://T.me/frontline_notes/812/"],
)
def test_it_finds_a_post_by_any_form_of_its_address(cast, post, address):
    assert titles(cast.investigator, address) == [post.item.title]
    assert titles(cast.outsider, address) == []


def test_it_finds_the_words_of_a_post_and_follows_its_changes(cast, post):
    assert titles(cast.investigator, "пленных") == [post.item.title]
    assert titles(cast.investigator, "prisoners") == [post.item.title]
    post.text, post.translation = "Другий текст", ""
    post.save()
    assert titles(cast.investigator, "prisoners") == []
    assert titles(cast.investigator, "другий") == [post.item.title]


def test_it_finds_a_file_by_its_fingerprint(cast, post):
    blob = Blob.objects.create(sha256="ab" * 32, blake3="0" * 64, size=1, media_type="video/mp4")
    EvidenceFile.objects.create(item=post.item, blob=blob, name="a.mp4", added_by=cast.investigator)
    assert titles(cast.investigator, "AB" * 32) == [post.item.title]
    assert titles(cast.investigator, "ab" * 6) == [post.item.title]
    assert titles(cast.outsider, "ab" * 32) == []


def test_it_keeps_who_a_witness_is_out_of_the_index(cast, case):
    item = Item.objects.create(
        reference="E-90002", team=cast.team, kind="testimony", title="Interview", registered_by=cast.investigator
    )
    Testimony.objects.create(item=item, pseudonym="Beech", identity="Hanna Realname", consent="Full")
    assert titles(cast.investigator, "Beech") == ["Interview"]
    assert titles(cast.investigator, "Realname") == []


def test_it_finds_statements_of_the_team(cast):
    Statement.objects.create(
        reference="S-90001", team=cast.team, speaker="A deputy", speaker_kind="official", party=PartyFactory(),
        made_earliest="2024-05-01", made_latest="2024-05-01", medium="Television", text="No quarter shall be given",
        language="English", kind="no_quarter", registered_by=cast.investigator,
    )  # fmt: skip
    assert titles(cast.viewer, "quarter") == ["Public statement S-90001"]
    assert titles(cast.outsider, "quarter") == []


def test_it_shows_a_sensitive_case_to_its_people_only(cast, case):
    type(case).objects.filter(pk=case.pk).update(sensitive=True)
    assert titles(cast.investigator, "shooting") == [case.title]
    assert titles(cast.colleague, "shooting") == []


def test_it_drops_the_row_with_the_record(cast, case):
    case.delete()
    assert not SearchDocument.objects.exists()


def test_it_pages_through_what_was_found_last_changed_first(cast):
    made = [CaseFactory(title=f"Ambush {n}", team=cast.team) for n in range(27)]
    first = find(cast.investigator, "ambush")
    second = find(cast.investigator, "ambush", 2)
    assert first.has_next
    assert not second.has_next
    assert first.groups[0].total == "27"
    shown = [hit.title for found in (first, second) for hit in found.groups[0].hits]
    assert shown == [case.title for case in reversed(made)]


def test_it_marks_what_matched():
    assert cut_marks(f"no {MARK_BEGINS}quarter{MARK_ENDS} given") == (
        ("no ", False),
        ("quarter", True),
        (" given", False),
    )


def test_it_knows_the_forms_of_an_address():
    assert address_forms("https://www.example.org/a/?utm_x=1&id=2#top") == ["example.org/a?id=2"]


@pytest.mark.parametrize("words", ["'", "\\", "a & b | !", "':*", "%_", "'' or 1=1", "()", "п'ять", "<b>", "a" * 1000])
def test_it_survives_any_words(cast, case, words, client):
    client.force_login(cast.investigator, backend=BACKEND)
    assert client.get("/search/", {"q": words}).status_code == 200


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ED%A0%80x", "page=0", "page=x", "page=99999", "qq=1", "q=" + "a" * 1001]
)
def test_it_refuses_what_it_cannot_search_for(cast, client, query):
    client.force_login(cast.investigator, backend=BACKEND)
    assert client.get(f"/search/?{query}").status_code in (200 if "%ED" in query else 400, 400)


def test_it_costs_the_same_for_one_row_and_many(cast, client, post, django_assert_max_num_queries):
    client.force_login(cast.investigator, backend=BACKEND)
    for n in range(30):
        CaseFactory(title=f"Prisoners {n}", team=cast.team)
    with django_assert_max_num_queries(10):
        page = client.get("/search/", {"q": "prisoners"})
    assert "<mark>prisoners</mark>" in page.content.decode().lower()
