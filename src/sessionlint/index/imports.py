"""What a file imports, read off its text without parsing it.

For the files that speak of nothing the linter looks for: who imports a module decides whether that is a script, and how
many modules an import-time engine concerns.
"""

import re
from collections.abc import Container, Iterator

from sessionlint.model.facts import Alias, Import, ModuleFacts
from sessionlint.model.regex import regex
from sessionlint.model.source import Source

# each repetition ends where it has to: none leaves something to the next one, to be tried again
_IMPORT = regex(
    r"[ \t\f]*(?:from[ \t]+(?![ \t])(?:(?P<dots>[.]+)(?![.]))?(?:[ \t]*(?P<module>[\w.]+)(?![\w.]))?[ \t]+import"
    r"|import(?P<plain>[ \t]))(?P<names>[^\n;#\\]*(?:\\\r?\n[^\n;#\\]*)*)"
)
_NAME = regex(r"(?P<name>[\w.]+|\*)(?:\s+as\s+(?P<alias>\w+))?")
_COMMENT = regex(r"#[^\n]*")


def outline(source: Source) -> ModuleFacts:
    """The imports of a file, wherever they stand, as facts that hold nothing else."""
    return ModuleFacts(source.path, tuple(_imports(source.text)), outline=True)


def _imports(text: str) -> Iterator[Import]:
    blanked = _without_long_strings(text)
    last_close = blanked.rfind(")")
    behind = 0  # the last import
    for found in _statements(blanked):
        dots, module, plain, names = found.groups()
        if found.start() < behind or not names:
            continue
        begin = found.start("names")
        is_open = plain is None and begin < last_close and names.lstrip(" \t").startswith("(")
        behind = blanked.index(")", begin) + 1 if is_open else found.end()
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        aliases = tuple(_aliases(blanked, begin, behind))
        yield Import(start, behind, module or "" if plain is None else None, len(dots or ""), aliases)


def _without_long_strings(text: str) -> str:
    """``text`` with blanks in place of strings in three quotes."""
    pieces: list[str] = []
    offset = 0
    for start, end in _long_strings(text):
        pieces += text[offset:start], " " * (end - start)
        offset = end
    return "".join([*pieces, text[offset:]]) if pieces else text


def _long_strings(text: str) -> Iterator[tuple[int, int]]:
    nearest = {quote: at for quote in ('"""', "'''") if (at := text.find(quote)) >= 0}
    while nearest:
        quote = min(nearest, key=nearest.__getitem__)
        start = nearest.pop(quote)
        end = text.find(quote, start + 3) + 3
        if end < 3:  # nothing closes it, nor a later one
            continue
        yield start, end
        known = [(quote, -1), *nearest.items()]
        nearest = {each: found for each, at in known if (found := at if at >= end else text.find(each, end)) >= 0}


def _statements(text: str) -> Iterator[re.Match[str]]:
    """What begins a line and looks like an import. To find the word and then its line takes a fifth of a search line by line."""
    line = 0
    while line >= 0 and (word := text.find("import", line)) >= 0:
        line = text.rfind("\n", line, word) + 1 or line
        found = _IMPORT.match(text, line)
        if found is not None:
            yield found
        line = text.find("\n", max(word, found.end() if found is not None else 0)) + 1 or -1


def _aliases(text: str, start: int, end: int) -> Iterator[Alias]:
    names = text[start:end]
    if "#" in names or "\\" in names:
        names = _COMMENT.sub(lambda match: " " * len(match[0]), names).replace("\\", " ")
    for name in _NAME.finditer(names):
        yield Alias(start + name.start(), start + name.end(), name["name"], name["alias"])


def imported_names(outline: ModuleFacts) -> Container[str]:
    """The names that a file imports, whatever it calls them; any other is its own, a parameter's, or read from something."""
    statements = (statement for statement in outline.body if isinstance(statement, Import))
    return {alias.name.rpartition(".")[2] for statement in statements for alias in statement.names}
