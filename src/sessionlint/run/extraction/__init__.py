"""Texts become facts, in several processes where it pays."""
