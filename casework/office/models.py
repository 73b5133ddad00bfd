"""What the office looks things up in: one row of words for each record that can be searched.

The rows are written by triggers on the tables of the rooms below (migration 0002), in the transaction that changes
the record, so that nothing is found by what it no longer says. Confidential correspondence, who a witness is, the
author of a report and the names of sources have no words here.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from casework.cases.models import Case
from casework.evidence.models import Item
from casework.office.querysets import SearchQuerySet
from casework.statements.models import Statement


class SearchDocument(models.Model):
    """The words of one record. Weights: A title, B place, account or unit, C text. Names of people are kept as
    comparison keys (`casework.core.text.skeleton`), in `text` for trigrams and in `vector` by word.

    What is asked of every match is kept beside the words, for a common word meets thousands: `teams` are those whose
    readers all see it, none for a sensitive case and its people; `changed_at` is the record's, none for people.
    """

    class Kind(models.TextChoices):
        CASE = "case"
        ITEM = "item"
        STATEMENT = "statement"
        VICTIM = "victim"
        PERPETRATOR = "perpetrator"

    TEXTS = (Kind.CASE.value, Kind.ITEM.value, Kind.STATEMENT.value)
    PEOPLE = (Kind.VICTIM.value, Kind.PERPETRATOR.value)

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    object_id = models.UUIDField()
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="+")
    statement = models.ForeignKey(Statement, models.CASCADE, null=True, related_name="+")
    teams = ArrayField(models.UUIDField())
    changed_at = models.DateTimeField(null=True)
    text = models.TextField()
    vector = SearchVectorField()

    objects = SearchQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_one_row_a_record"),
            models.CheckConstraint(
                name="search_row_has_an_owner",
                condition=Q(kind="item", item__isnull=False, case__isnull=True, statement__isnull=True)
                | Q(kind="statement", statement__isnull=False, case__isnull=True, item__isnull=True)
                | Q(
                    kind__in=["case", "victim", "perpetrator"],
                    case__isnull=False,
                    item__isnull=True,
                    statement__isnull=True,
                ),
            ),
        ]
        indexes = [
            GinIndex(fields=["vector"], name="search_words", condition=Q(kind__in=["case", "item", "statement"])),
            GinIndex(fields=["vector"], name="search_names", condition=Q(kind__in=["victim", "perpetrator"])),
            GinIndex(
                fields=["text"],
                name="search_name_trigrams",
                opclasses=["gin_trgm_ops"],
                condition=Q(kind__in=["victim", "perpetrator"]),
            ),
        ]
