"""Runs sessionlint on pinned public packages and keeps score of what it says about them. See README.md."""
