"""What the address of a post tells: account and number, the same post elsewhere, and which posts repeat one another."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from casework.evidence import arrivals, independence
from casework.evidence.addresses import read_address, stored_form
from casework.evidence.arrivals import Arrival, Hint, Recognised, Strength
from casework.evidence.models import Item, Post

if TYPE_CHECKING:
    from casework.accounts.models import User

READ_FROM_ADDRESS = ("platform", "handle", "post_id")
MOST_HINTS = 20
MOST_STEPS = 50
"""How many times a chain of reposts is followed further; no real one is as long."""


def filled(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a new post; platform, account and number are read from the address where nothing was typed."""
    found = read_address(str(details.get("url") or ""))
    values = dict(details)
    for name in READ_FROM_ADDRESS:
        if found and not values.get(name):
            values[name] = getattr(found, name)
    return values


def note_addresses(post: Post) -> dict[str, str]:
    """The normal forms that belong to the addresses of a post, by column."""
    return {"normal_url": stored_form(post.url), "normal_reposts": stored_form(post.reposts)}


def posts_at(address: str) -> Q:
    """The predicate for posts at an address, however it or theirs is written; matches nothing for other text."""
    normal = stored_form(address)
    return Q(normal_url=normal) if normal else Q(pk__in=[])


def same_posts(arrival: Arrival, user: User) -> Recognised:
    """Records of the very posts that arrive, and of their reposts, as far as the person sees them."""
    wanted = [normal for normal in dict.fromkeys(stored_form(address) for address in arrival.addresses) if normal]
    if not wanted:
        return Recognised()
    rows = Post.objects.visible_to(user).filter(Q(normal_url__in=wanted) | Q(normal_reposts__in=wanted))
    hints = []
    for post in rows.select_related("item").order_by("item__registered_at", "pk")[:MOST_HINTS]:
        if post.normal_url in wanted:
            reason = _("It is recorded under the address %(url)s.") % {"url": post.url}
            hints.append(Hint(Strength.SAME, _("The same post"), reason, post.item))
        else:
            reason = _("It is recorded as repeating the post at this address.")
            hints.append(Hint(Strength.LIKELY, _("A repost"), reason, post.item))
    return Recognised(hints)


def repeating(item: Item) -> set[uuid.UUID]:
    """The items that are the same post, repeat it or are repeated by it, through any number of reposts, and those that
    were forwarded from one account, or are that account's own."""
    post = Post.objects.filter(item=item).first()
    return (_chain(post) | _forwards(post)) - {item.pk} if post else set()


def _chain(post: Post) -> set[uuid.UUID]:
    """Items joined by addresses: each names the next, or the next names it."""
    met: set[uuid.UUID] = set()
    known: set[str] = set()
    asked = {address for address in (post.normal_url, post.normal_reposts) if address}
    for _step in range(MOST_STEPS):
        if not asked:
            break
        rows = list(
            Post.objects.filter(Q(normal_url__in=asked) | Q(normal_reposts__in=asked)).values_list(
                "pk", "normal_url", "normal_reposts"
            )
        )
        known |= asked
        met |= {pk for pk, _url, _reposts in rows}
        asked = {address for _pk, *addresses in rows for address in addresses if address} - known
    return met


def _forwards(post: Post) -> set[uuid.UUID]:
    """Items from the account that this post was forwarded from, forwarded from it too, or forwarded from this one's."""
    found = Q(pk__in=[])
    if post.forwarded_account:
        found |= Q(account=post.forwarded_account) | Q(forwarded_account=post.forwarded_account)
    elif post.forwarded_from:
        same = {"platform": post.platform}
        found |= Q(display_name=post.forwarded_from, **same) | Q(forwarded_from=post.forwarded_from, **same)
    if post.account:
        found |= Q(forwarded_account=post.account)
    if post.display_name:
        found |= Q(forwarded_account="", forwarded_from=post.display_name, platform=post.platform)
    keys: Iterable[uuid.UUID] = Post.objects.filter(found).values_list("pk", flat=True)
    return set(keys)


def register_posts() -> None:
    """Let arriving addresses meet their records, and reposts count as no second source."""
    arrivals.register("posts", same_posts)
    independence.register("posts", repeating)
