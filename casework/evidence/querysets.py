"""Who sees which sources, items and files. An item is seen through a visible case, or through one's team while it is
linked to none; that it also belongs to a hidden case is never told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from casework.cases.querysets import visible_case

if TYPE_CHECKING:
    from casework.accounts.models import User


def visible_item(user: User, path: str = "") -> Q:
    """The predicate for evidence items; `path` leads from the filtered model to the item, e.g. "item__"."""
    links = apps.get_model("evidence", "EvidenceLink").objects.filter(
        item_id=OuterRef(f"{path}pk" if path else "pk"), removed_at=None
    )
    unlinked_in_team = Q(**{f"{path}team_id__in": user.reading_teams}) & ~Exists(links)
    return Exists(links.filter(visible_case(user, "case__"))) | unlinked_in_team


class ItemQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> ItemQuerySet:
        return self.filter(visible_item(user)) if user.is_active else self.none()

    def unlinked(self) -> ItemQuerySet:
        links = apps.get_model("evidence", "EvidenceLink").objects.filter(item_id=OuterRef("pk"), removed_at=None)
        return self.filter(~Exists(links))


class ItemPartQuerySet(models.QuerySet):
    """Rows that belong to one item by their `item` foreign key."""

    def visible_to(self, user: User) -> ItemPartQuerySet:
        return self.filter(visible_item(user, "item__")) if user.is_active else self.none()


class JudgementQuerySet(ItemPartQuerySet):
    def latest_of_each(self, *apart: str) -> JudgementQuerySet:
        """The last row of each person, for each value of `apart`."""
        return self.order_by(*apart, "by_id", "-at", "-id").distinct(*apart, "by_id")


class FilePartQuerySet(models.QuerySet):
    """Rows that belong to one file by their `file` foreign key."""

    def visible_to(self, user: User) -> FilePartQuerySet:
        return self.filter(visible_item(user, "file__item__")) if user.is_active else self.none()


class BlobQuerySet(models.QuerySet):
    """Stored bytes. They are nobody's: what may be told of them is asked of the files that stand for them."""

    def unsound(self) -> BlobQuerySet:
        """In quarantine: the last check did not find the bytes that were received."""
        return self.exclude(check_result="matches")


class LinkQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> LinkQuerySet:
        return self.filter(visible_case(user, "case__"))

    def present(self) -> LinkQuerySet:
        return self.filter(removed_at=None)


class SourceQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> SourceQuerySet:
        """The sources of one's own teams."""
        return self.filter(team_id__in=user.reading_teams)


class SourcePartQuerySet(models.QuerySet):
    """Rows that belong to one source by their `source` foreign key."""

    def visible_to(self, user: User) -> SourcePartQuerySet:
        return self.filter(Q(source__team_id__in=user.reading_teams))


class UploadQuerySet(models.QuerySet):
    """Uploads belong to the person who sends them, and to nobody else."""

    def visible_to(self, user: User) -> UploadQuerySet:
        return self.filter(owner_id=user.pk) if user.is_active else self.none()

    def receiving(self) -> UploadQuerySet:
        return self.filter(state="receiving")

    def complete(self) -> UploadQuerySet:
        """Whole, and in no record yet."""
        return self.filter(state="complete")

    def waiting(self) -> UploadQuerySet:
        """Everything that is neither in a record nor dropped."""
        return self.filter(state__in=["receiving", "complete"])
