"""Files of the project that were not read for their facts (no session is in sight there) and that may use a function."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope
from sessionlint.link.project import Project
from sessionlint.text.lexer import Token, tokens


def mentions_in_unread(project: Project, function: FunctionScope) -> Iterator[tuple[tuple[Token, ...], int]]:
    """Every mention of the function's name in such a file: the tokens of its text, and which of them it is; imports left out."""
    path, name = function.module.path, function.node.name
    importers = {**project.importers.of_module(path), **project.importers_of_name(path, name)}
    for importer in sorted(importers):
        text = project.sources[importer].text if importer in project.sources else ""
        if importer in project.modules or name not in text:
            continue
        found = tuple(token for token in tokens(text) if token.kind != "comment")
        for index, token in enumerate(found):
            if token.kind == "name" and token.text == name and not _is_imported(found, index):
                yield found, index


def may_be_asked(project: Project, function: FunctionScope) -> bool:
    """Whether such a file may read an attribute of a result of ``function``: directly, or through a name that it gives it."""
    return any(_may_ask(found, index) for found, index in mentions_in_unread(project, function))


def _may_ask(found: tuple[Token, ...], index: int) -> bool:
    behind = index + 1
    if behind >= len(found) or found[behind].text != "(":
        return True  # handed on: nobody knows who calls it
    depth = found[behind].depth
    close = next(
        (place for place in range(behind + 1, len(found)) if found[place].text == ")" and found[place].depth == depth), None
    )
    follows = found[close + 1].text if close is not None and close + 1 < len(found) else ""
    start = index
    while start >= 2 and found[start - 1].text == "." and found[start - 2].kind == "name":
        start -= 2
    if start and found[start - 1].text == "await":
        start -= 1
    before = found[start - 1].text if start else ""
    return follows in (".", ")") or before in ("=", ":=", "as")


def _is_imported(found: tuple[Token, ...], index: int) -> bool:
    """Whether the mention stands in an import statement."""
    start = index
    while start and not (found[start - 1].kind == "newline" and found[start - 1].depth == 0) and found[start - 1].text != ";":
        start -= 1
    return found[start].text in ("import", "from")
