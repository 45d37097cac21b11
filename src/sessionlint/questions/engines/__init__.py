"""Engines: where they are built, who uses them, whom they reach."""
