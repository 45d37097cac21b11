"""Where lines end."""

from sessionlint.model.regex import regex

_LONE_RETURN = regex(r"\r(?!\n)")


def with_line_feeds(text: str) -> str:
    """``text`` with a line feed for every carriage return that ends a line by itself, as Python has it; nothing moves."""
    return _LONE_RETURN.sub("\n", text) if "\r" in text else text
