"""Versions that a project declares."""
