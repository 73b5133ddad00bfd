"""The one table that stands under all rooms: what was already sent, so that a second sending does nothing again."""

from __future__ import annotations

from django.db import models

from casework.audit import clock


class Submission(models.Model):
    """One form or request that acted, and what it was answered; see `casework.core.once`.

    `key` is a digest of what the sender called it, so that its length and content do not matter here. `fingerprint`
    says what a request asked for; it is empty for forms, whose key tells as much. Written in the transaction of the
    act, and swept after two days.
    """

    user_id = models.UUIDField()
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="submission_once_for_each_person")]

    def __str__(self) -> str:
        return self.key[:8]
