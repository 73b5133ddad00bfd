"""What the integrity room stores."""

from casework.integrity.models.heads import Delivery, Head, HeadPoint, Moved, Stamp, Stamping

__all__ = ["Delivery", "Head", "HeadPoint", "Moved", "Stamp", "Stamping"]
