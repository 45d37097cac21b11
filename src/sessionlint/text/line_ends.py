"""Where lines end."""

import re

_LONE_RETURN = re.compile(r"\r(?!\n)")


def with_line_feeds(text: str) -> str:
    """``text`` with a line feed for every carriage return that ends a line by itself, as Python has it; nothing moves."""
    return _LONE_RETURN.sub("\n", text) if "\r" in text else text
