"""Text and data on their way into a page. Whatever stands in the code stays text there."""

import json
from html import escape

from sessionlint.report.visible import visible, without_brackets

# ends no script and begins no comment in it, wherever it stands in a string of JSON
_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def text(written: str) -> str:
    """``written`` as text between tags or in a quoted attribute, made visible; line ends and tabs stay."""
    return escape(visible(written, keep="\n\t"), quote=True)


def data_block(identifier: str, data: object) -> str:
    """``data`` as JSON that a script of the page reads: ``JSON.parse(document.getElementById(identifier).textContent)``."""
    told = json.dumps(data, separators=(",", ":"))  # ASCII only
    for character, escaped in _IN_SCRIPT.items():
        told = told.replace(character, escaped)
    told = without_brackets(told, "\\u0023")
    return f'<script type="application/json" id="{escape(identifier)}">{told}</script>'
