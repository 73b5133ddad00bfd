"""Django's entry for the evidence app."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "casework.evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put this room on the case page; have what arrives compared (its bytes, the addresses of posts); let mentions
        of a moment of a recording be links."""
        from casework.core import mentions
        from casework.evidence import case_room, moments, posts, same_bytes

        case_room.register_room()
        posts.register_posts()
        same_bytes.register_room()
        mentions.register(moments.MENTION, moments.mention_url)
