"""The same post under every address that people paste; different posts stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.evidence.addresses import LONGEST_STORED, normal_form, read_address, stored_form

SAME = [
    # Telegram
    "t.me/WarNews/12 https://t.me/s/warnews/12 http://telegram.me/warnews/12?single https://www.t.me/warnews/12/",
    "https://t.me/warnews/12 tg://resolve?domain=warnews&post=12 tg:resolve?post=12&domain=WarNews&single",
    "https://t.me/warnews/12 https://warnews.t.me/12 https://t.me/warnews/7/12 https://t.me/warnews/12?thread=7",
    "https://t.me/c/1234567890/12 https://t.me/c/1234567890/7/12 tg://privatepost?channel=1234567890&post=12",
    "https://t.me/warnews/12?comment=99 https://t.me/s/warnews/12?comment=99&single",
    "https://t.me/warnews https://t.me/s/WarNews?before=500 telegram.dog/warnews",
    # VK
    "https://vk.com/wall-1_2 https://m.vk.com/wall-1_2 https://vk.com/public1?w=wall-1_2%2Fall vk.ru/wall-1_2",
    "https://vk.com/feed?z=video-1_2%2Fabc https://vkvideo.ru/video-1_2 https://vk.com/video-1_2",
    # X
    "https://x.com/Name/status/20 https://twitter.com/other/status/20/photo/1 https://mobile.twitter.com/a/status/20",
    "https://x.com/i/web/status/20 https://x.com/name/status/20?s=20&t=abc https://twitter.com/i/status/20",
    # YouTube
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s https://youtu.be/dQw4w9WgXcQ?si=abc "
    "https://m.youtube.com/shorts/dQw4w9WgXcQ https://www.youtube.com/embed/dQw4w9WgXcQ?start=3 "
    "https://youtube.com/live/dQw4w9WgXcQ?feature=share https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
    # Facebook
    "https://www.facebook.com/story.php?story_fbid=1234567890&id=55555 https://m.facebook.com/page/posts/1234567890 "
    "https://web.facebook.com/permalink.php?story_fbid=1234567890&id=55555 "
    "https://www.facebook.com/groups/99/posts/1234567890/ https://facebook.com/groups/99/permalink/1234567890",
    "https://www.facebook.com/watch/?v=7654321 https://www.facebook.com/page/videos/7654321/ facebook.com/reel/7654321",
    # Instagram
    "https://www.instagram.com/p/CxYz_12abc/ https://instagram.com/reel/CxYz_12abc/?igshid=1 "
    "https://www.instagram.com/name/tv/CxYz_12abc",
    # TikTok
    "https://www.tiktok.com/@name/video/7012345678901234567 https://m.tiktok.com/v/7012345678901234567.html "
    "https://www.tiktok.com/embed/v2/7012345678901234567",
    # Odnoklassniki and RuTube
    "https://ok.ru/video/123456789 https://m.ok.ru/video/123456789 https://ok.ru/videoembed/123456789",
    "https://ok.ru/group/53/topic/987654321 https://ok.ru/name/topic/987654321",
    "https://rutube.ru/video/0123456789abcdef0123456789abcdef/ "
    "https://rutube.ru/play/embed/0123456789abcdef0123456789abcdef "
    "https://rutube.ru/video/private/0123456789abcdef0123456789abcdef/?p=key",
    # Web pages
    "https://Example.org:443/a/b/ http://example.org/a/b https://www.example.org/a/./c/../b?utm_source=x&fbclid=y "
    "https://user:secret@example.org/a/b#part example.org:80/a/b",
    "https://example.org/?b=2&a=1 https://example.org?a=1&b=2&yclid=7",
    "https://приклад.укр/новини https://xn--80aikifvh.xn--j1amh/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8/",
    "https://example.org/%7euser/%e2%82%ac https://example.org/~user/€",
    "https://example.org/caf\u00e9 https://example.org/cafe\u0301 https://example.org/cafe%CC%81",
]
DIFFERENT = [
    ("https://t.me/warnews/12", "https://t.me/warnews/13"),
    ("https://t.me/warnews/12", "https://t.me/c/12/12"),
    ("https://t.me/warnews/12", "https://t.me/warnews/12?comment=99"),
    ("https://vk.com/wall-1_2", "https://vk.com/wall1_2"),
    ("https://vk.com/wall-1_2", "https://vk.com/wall-1_2?reply=3"),
    ("https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dqw4w9wgxcq"),
    ("https://www.instagram.com/p/CxYz_12abc/", "https://www.instagram.com/p/cxyz_12abc/"),
    ("https://example.org/A", "https://example.org/a"),
    ("https://example.org/a?id=1", "https://example.org/a?id=2"),
    ("https://example.org:8443/a", "https://example.org/a"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org/#!/one", "https://example.org/#!/two"),
    ("https://notx.com/a/status/20", "https://x.com/a/status/20"),
    ("https://fakevk.com/wall-1_2", "https://vk.com/wall-1_2"),
]
READ = [
    ("https://t.me/s/WarNews/12", "telegram", "@warnews", "12"),
    ("https://t.me/c/1234567890/12", "telegram", "", "12"),
    ("https://m.vk.com/wall-77_5", "vk", "club77", "-77_5"),
    ("https://twitter.com/Some_One/status/20/photo/1", "x", "@some_one", "20"),
    ("https://x.com/i/web/status/20", "x", "", "20"),
    ("https://youtu.be/dQw4w9WgXcQ", "youtube", "", "dQw4w9WgXcQ"),
    ("https://m.facebook.com/Page.Name/posts/1234567890", "facebook", "page.name", "1234567890"),
    ("https://www.instagram.com/name/reel/CxYz_12abc/", "instagram", "@name", "CxYz_12abc"),
    ("https://www.tiktok.com/@Name/video/7012345678901234567", "tiktok", "@name", "7012345678901234567"),
    ("https://ok.ru/group/53/topic/987654321", "ok", "53", "987654321"),
    ("https://rutube.ru/shorts/0123456789ABCDEF0123456789abcdef/", "rutube", "", "0123456789abcdef0123456789abcdef"),
    ("https://example.org/article?id=5", "web", "", ""),
    ("https://t.me.example.org/warnews/12", "web", "", ""),
]
NO_ADDRESS = ["", "   ", "just words", "javascript:alert(1)", "data:text/html,x", "mailto:a@b.org", "ftp://a.org/x",
              "https://", "https:///path", "https://host_without_dot", "https://a..b/", "https://exa mple.org/",
              "tg://join?invite=x", "https://[::zz]/",
              "https://example.org:port/", "https://example.org/\x00"]  # fmt: skip


@pytest.mark.parametrize("group", SAME, ids=lambda group: group.split()[0])
def test_it_is_one_post_under_all_its_addresses(group):
    forms = {address: normal_form(address) for address in group.split(" ")}
    assert len(set(forms.values())) == 1, forms
    assert "" not in forms.values()


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_it_keeps_different_posts_apart(one, other):
    assert normal_form(one) != normal_form(other)


@pytest.mark.parametrize(("address", "platform", "handle", "post_id"), READ)
def test_it_reads_platform_account_and_number(address, platform, handle, post_id):
    found = read_address(address)
    assert (found.platform, found.handle, found.post_id) == (platform, handle, post_id)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_it_takes_no_other_text_for_an_address(text):
    assert normal_form(text) == ""


def test_it_keeps_a_very_long_form_as_a_digest():
    address = "https://example.org/" + "a" * 2000
    assert len(stored_form(address)) < LONGEST_STORED
    assert stored_form(address) == stored_form(address + "/?utm_source=x")
    assert stored_form(address) != stored_form(address + "b")
    assert stored_form("t.me/warnews/12") == "https://t.me/warnews/12"


HOSTS = st.sampled_from(
    ["t.me", "s.t.me", "telegram.me", "vk.com", "m.vk.com", "x.com", "twitter.com", "youtube.com", "youtu.be",
     "facebook.com", "instagram.com", "tiktok.com", "ok.ru", "rutube.ru", "example.org", "www.example.org:8080",
     "приклад.укр", "[::1]:80"]
)  # fmt: skip
STEPS = st.one_of(
    st.sampled_from(["s", "c", "status", "i", "web", "watch", "shorts", "posts", "groups", "p", "reel", "video", "v",
                     "wall-1_2", "topic", "embed", "..", ".", "12", "007", "WarNews", "@Name", "dQw4w9WgXcQ", "%2e%2e",
                     "%41", "%zz", "1234567890"]),
    st.text(max_size=6),
)  # fmt: skip
ADDRESSES = st.builds(
    lambda scheme, host, steps, query, fragment: f"{scheme}{host}/{'/'.join(steps)}?{query}#{fragment}",
    st.sampled_from(["https://", "http://", "HTTPS://", "", "tg://resolve?domain="]),
    HOSTS,
    st.lists(STEPS, max_size=5),
    st.one_of(st.text(max_size=12), st.sampled_from(["v=dQw4w9WgXcQ", "comment=05", "w=wall-1_2%2Fall", "a=%41&b",
                                                     "story_fbid=1234567890&id=5", "single", "z=video-1_2"])),
    st.one_of(st.just(""), st.just("!/x"), st.text(max_size=5)),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(ADDRESSES, st.text(max_size=40)))
def test_a_normal_form_is_its_own_normal_form(text):
    once = normal_form(text)
    assert once.isascii()
    assert normal_form(once) == once
