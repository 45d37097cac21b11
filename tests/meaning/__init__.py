"""Fixes keep what a program does: generated functions, run on SQLite before and after.

``bodies`` writes them, ``witness`` is what they talk to and what remembers, ``repair`` fixes and runs them.
"""
