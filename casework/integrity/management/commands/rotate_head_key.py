"""`manage.py rotate_head_key`: the old key of heads signs the new one's name, and is then destroyed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.audit.events import Event
from casework.audit.record import record
from casework.core.errors import DomainError
from casework.integrity import keys, sealing
from casework.integrity.casework_verify import key_id


class Command(BaseCommand):
    help = "Begin a new key for heads. Give its public key to whoever keeps the heads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lost", action="store_true", help="the old key is lost: nobody vouches for the new one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the new public key; raise CommandError when the old key is missing, or with --lost when it is there."""
        try:
            head = sealing.replace_lost_key() if options["lost"] else sealing.rotate_key()
        except DomainError as error:
            raise CommandError(error.message) from None
        said = head.said
        public = bytes.fromhex(said["next_key"]["public"]) if said.get("next_key") else bytes(head.public_key)
        record(Event.HEAD_KEY_CHANGED, actor=None, detail={"key": key_id(public), "lost": bool(options["lost"])})
        self.stdout.write(f"Head {head.number} begins key {key_id(public)}:\n{keys.pem_of(public)}")
