"""What others exported, brought in: preview, confirm, all or nothing."""
