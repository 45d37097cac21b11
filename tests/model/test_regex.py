"""Patterns that are compiled when they are first used."""

import re

from sessionlint.model.regex import regex


def test_nothing_is_compiled_before_it_is_used() -> None:
    never = regex("(")  # not a regular expression
    assert never is not None


def test_it_finds_what_a_pattern_finds() -> None:
    words, compiled = regex(r"(?P<word>\w+)", re.ASCII), re.compile(r"(?P<word>\w+)", re.ASCII)
    assert words.findall("a bé") == words.findall("a bé") == compiled.findall("a bé") == ["a", "b"]
    assert words.sub("-", "a b") == "- -"
    assert words.groupindex == compiled.groupindex
    assert regex(rb"\d").search(b"x1") is not None
