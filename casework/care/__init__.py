"""How much hard material each person has watched, and how they wish to meet it."""
