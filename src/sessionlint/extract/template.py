"""Whether a file that is no Python is a template of one."""

import re

from sessionlint.model.regex import regex

_PATTERN = regex(
    # ``{% word`` and ``{{ name }}``, also with the marks of Mustache and of white space
    r"(?P<marker>\{%[-+]?\s*\w|\{\{[-~#/^>&]?[ \t]*[^\W\d][^{}\r\n]*\}\})"
    # a comment; a string, of which the end may be what is missing
    r"|#[^\r\n]*"
    r"|'''(?:\\.|[^\\])*?(?:'''|\\?\Z)|\"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\\?\Z)"
    r"|'(?:\\.|[^'\\\r\n])*'?|\"(?:\\.|[^\"\\\r\n])*\"?",
    re.DOTALL,
)


def looks_like_template(text: str) -> bool:
    """Whether ``text`` has a template's markers where Python has code: those in strings and comments are Python's own."""
    return any(match["marker"] for match in _PATTERN.finditer(text))
