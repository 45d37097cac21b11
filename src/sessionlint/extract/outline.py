"""What a file imports, read off its text without parsing it.

For the files that speak of nothing the linter looks for: who imports a module decides whether that is a script, and how
many modules an import-time engine concerns.
"""

import re
from collections.abc import Iterator

from sessionlint.model.facts import Alias, Import, ModuleFacts
from sessionlint.model.source import Source

_LONG_STRING = re.compile(r'("""|\'\'\').*?\1', re.DOTALL)
# each repetition ends where it has to: none leaves something to the next one, to be tried again
_IMPORT = re.compile(
    r"^[ \t\f]*(?:from[ \t]+(?![ \t])(?:(?P<dots>[.]+)(?![.]))?(?:[ \t]*(?P<module>[\w.]+)(?![\w.]))?[ \t]+import"
    r"|import(?P<plain>[ \t]))(?P<names>[^\n;#\\]*(?:\\\r?\n[^\n;#\\]*)*)",
    re.MULTILINE,
)
_NAME = re.compile(r"(?P<name>[\w.]+|\*)(?:\s+as\s+(?P<alias>\w+))?")
_COMMENT = re.compile(r"#[^\n]*")


def outline(source: Source) -> ModuleFacts:
    """The imports of a file, wherever they stand, as facts that hold nothing else."""
    return ModuleFacts(source.path, tuple(_imports(source.text)), outline=True)


def _imports(text: str) -> Iterator[Import]:
    blanked = _LONG_STRING.sub(lambda match: " " * len(match[0]), text)
    last_close = blanked.rfind(")")
    behind = 0  # the last import
    for found in _IMPORT.finditer(blanked):
        if found.start() < behind or not found["names"]:
            continue
        dots, module, plain, names = found.groups()
        begin = found.start("names")
        is_open = plain is None and begin < last_close and names.lstrip(" \t").startswith("(")
        behind = blanked.index(")", begin) + 1 if is_open else found.end()
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        aliases = tuple(_aliases(blanked, begin, behind))
        yield Import(start, behind, module or "" if plain is None else None, len(dots or ""), aliases)


def _aliases(text: str, start: int, end: int) -> Iterator[Alias]:
    names = text[start:end]
    if "#" in names or "\\" in names:
        names = _COMMENT.sub(lambda match: " " * len(match[0]), names).replace("\\", " ")
    for name in _NAME.finditer(names):
        yield Alias(start + name.start(), start + name.end(), name["name"], name["alias"])
