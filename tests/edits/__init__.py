"""Edits of texts, and how they reach the disk; ``faults`` is the disk on which any step can fail."""
