"""What a file imports, read off its text without parsing it.

For the files that speak of nothing the linter looks for: who imports a module decides whether that is a script, and how
many modules an import-time engine concerns.
"""

import re
from collections.abc import Iterator

from sessionlint.model.facts import Alias, Import, ModuleFacts
from sessionlint.model.source import Source, Span

_LONG_STRING = re.compile(r'("""|\'\'\').*?\1', re.DOTALL)
_IMPORT = re.compile(
    r"^[ \t\f]*(?:from[ \t]+(?P<dots>[.]*)[ \t]*(?P<module>[\w.]*)[ \t]+import[ \t]*"
    r"(?P<names>\([^)]*\)|(?:[^\n;#\\]|\\\r?\n)+)"
    r"|import[ \t]+(?P<modules>(?:[^\n;#\\]|\\\r?\n)+))",
    re.MULTILINE,
)
_NAME = re.compile(r"(?P<name>[\w.]+|\*)(?:\s+as\s+(?P<alias>\w+))?")
_COMMENT = re.compile(r"#[^\n]*")


def outline(source: Source) -> ModuleFacts:
    """The imports of a file, wherever they stand, as facts that hold nothing else."""
    return ModuleFacts(source.path, tuple(_imports(source.text)), outline=True)


def _imports(text: str) -> Iterator[Import]:
    blanked = _LONG_STRING.sub(lambda match: " " * len(match[0]), text)
    for found in _IMPORT.finditer(blanked):
        span = Span(found.start() + len(found[0]) - len(found[0].lstrip()), found.end())
        if found["modules"] is not None:
            yield Import(span, None, 0, tuple(_aliases(found, "modules")))
        else:
            yield Import(span, found["module"], len(found["dots"]), tuple(_aliases(found, "names")))


def _aliases(found: "re.Match[str]", group: str) -> Iterator[Alias]:
    names = _COMMENT.sub(lambda match: " " * len(match[0]), found[group]).replace("\\", " ")
    for name in _NAME.finditer(names):
        start = found.start(group)
        yield Alias(Span(start + name.start(), start + name.end()), name["name"], name["alias"])
