"""uv.lock, poetry.lock, pdm.lock and pylock.toml: TOML of one shape, ``[[package]]`` tables with ``name`` and ``version``.

These files reach megabytes, and a TOML parser in Python takes a second for one. What they say of a package stands on lines
of its own, because tools write them; so the lines are looked for.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sessionlint.model.regex import regex
from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import LOCK
from sessionlint.run.settings.declared.declaration import PACKAGES, normal, read_text

_NAME = regex(rf'^name = "({"|".join(PACKAGES)})"\r?$', re.MULTILINE | re.IGNORECASE)
_VERSION = regex(r'^version = "([^"\n]+)"', re.MULTILINE)


def read_toml_lock(path: Path, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """(name, specifier); the specifier is exact. A package can be there more than once, for different platforms."""
    text = read_text(path, LOCK, inputs)
    end, version = 0, None  # of the table that the name before stands in
    for name in _NAME.finditer(text):
        if name.start() >= end:
            start = text.rfind("\n[", end, name.start()) + 1 or end
            end = text.find("\n[", name.end())
            end = end if end >= 0 else len(text)
            version = _VERSION.search(text, start, end) if text.startswith("[[package", start) else None
        if version:
            yield normal(name[1]), f"=={version[1]}"
