"""Signed heads of the chains, where each chain stood, and the time-stamps of the heads."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.audit import clock
from casework.audit.models import append_only


class Moved(models.Model):
    """A link that no head has seen yet: written by a trigger in the transaction of the link, taken away by the head
    that sees it (docs/decisions/0013). `key` names the chain: the item's id, or that of a package."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)
    key = models.UUIDField()
    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)


class Head(models.Model):
    """Where every chain of the office stood at one moment, signed. `body` is what was signed, byte for byte; `hash` its
    SHA-256, which the next head names and time-stamp authorities attest. Numbers count from 1 without gaps."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    made_at = models.DateTimeField(_("made, UTC"))
    body = models.BinaryField()
    hash = models.BinaryField(_("hash"), max_length=32, unique=True)
    signature = models.BinaryField(max_length=64)
    public_key = models.BinaryField(max_length=32)
    audit_position = models.BigIntegerField(_("links of the audit"))
    audit_hash = models.BinaryField(max_length=32)
    chains = models.PositiveIntegerField(_("chains that moved"))

    class Meta:
        ordering = ["-number"]
        triggers = append_only("integrity_head")

    def __str__(self) -> str:
        return f"Head {self.number}"

    @property
    def said(self) -> dict[str, Any]:
        """The body as data."""
        return dict(json.loads(bytes(self.body)))


class HeadPoint(models.Model):
    """Where one chain stood when a head saw it: every chain that had moved since the head before."""

    id = models.BigAutoField(primary_key=True)
    head = models.ForeignKey(Head, models.PROTECT, related_name="points")
    kind = models.CharField(max_length=10)
    key = models.UUIDField()
    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["head_id", "kind", "key"]
        constraints = [models.UniqueConstraint(fields=["head", "kind", "key"], name="head_sees_a_chain_once")]
        indexes = [models.Index(fields=["kind", "key", "position"], name="point_of_a_chain")]
        triggers = append_only("integrity_headpoint")

    def listed(self) -> list[Any]:
        """As a head commits to it."""
        return [self.kind, str(self.key), self.position, bytes(self.hash).hex()]


class Delivery(models.Model):
    """How well one place outside answers: the file of heads, the address that heads are sent to, an authority (by its
    address). `last_number` is the last head that got there; a place that fails is left alone until `next_try_at`."""

    FILE, ADDRESS = "file", "address"

    place = models.CharField(max_length=300, primary_key=True)
    last_number = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    next_try_at = models.DateTimeField(default=clock.now)

    @property
    def rests(self) -> bool:
        """Whether it failed and its pause is not over."""
        return self.failures > 0 and self.next_try_at > clock.now()


class Stamp(models.Model):
    """A time-stamp token (RFC 3161) as an authority gave it, kept before anything is concluded from it."""

    id = models.BigAutoField(primary_key=True)
    head = models.ForeignKey(Head, models.PROTECT, related_name="stamps")
    authority = models.CharField(_("authority"), max_length=300)
    received_at = models.DateTimeField(default=clock.now)
    token = models.BinaryField()

    class Meta:
        ordering = ["head_id", "id"]
        triggers = append_only("integrity_stamp")


class Stamping(models.Model):
    """How far the time-stamp of one head by one authority has got."""

    class Result(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SOUND = "sound", _("Time-stamped")
        UNANCHORED = "unanchored", _("Time-stamped, no CA given")
        UNSOUND = "unsound", _("The token does not hold")

    id = models.BigAutoField(primary_key=True)
    head = models.ForeignKey(Head, models.PROTECT, related_name="stampings")
    authority = models.CharField(_("authority"), max_length=300)
    result = models.CharField(_("state"), max_length=10, choices=Result.choices, default=Result.WAITING)
    stamp = models.ForeignKey(Stamp, models.PROTECT, null=True, related_name="stamping")
    stamped_at = models.DateTimeField(_("time-stamp, UTC"), null=True)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-head_id", "authority"]
        constraints = [models.UniqueConstraint(fields=["head", "authority"], name="one_stamping_of_a_head")]
        indexes = [models.Index(fields=["authority", "result", "attempts", "-head"], name="stampings_waiting")]
