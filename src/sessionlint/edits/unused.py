"""Whether an import can go once some spans are replaced."""

import re
from collections.abc import Sequence

from sessionlint.edits.bindings import (
    ImportSite,
    bound_in_file,
    bound_otherwise,
    import_sites,
    imports_of_file,
    local_name,
    target,
)
from sessionlint.model.facts import Alias, Class, Constant, Evaluate, Function, Import, ModuleFacts, Statement, Try, With
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.source import Span
from sessionlint.text.blocks_of import blocks_within
from sessionlint.text.lines import Lines

_KEEPS_UNUSED = regex(r"#\s*noqa\b(?!\s*:(?!.*\bF401\b))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unused:
    """Each alias, of the statement beside it, binds a name that nothing needs any more: one, or one import repeated."""

    imports: tuple[tuple[ImportSite, Alias], ...]


@dataclass(frozen=True, slots=True)
class StillUsed:
    """The places because of which the import has to stay; empty when something else forbids to drop it."""

    places: tuple[Span, ...] = ()


def judge(facts: ModuleFacts, lines: Lines, name: str, removed: Sequence[Span], at: Span | None = None) -> Unused | StillUsed:
    """Whether the import of ``name`` (as the file spells it) is unused outside ``removed``. In doubt it is used.

    When the import that ``at`` sees stands inside a function, only that function is looked at.
    """
    if at is not None and (local := _local_import(facts, name, at)) is not None:
        return _judge_local(lines, name, removed, *local)
    found = [
        (site, alias)
        for site in imports_of_file(facts)
        for alias in site.statement.names
        if local_name(site.statement, alias) == name
    ]
    if not found or name == "*" or facts.path.rpartition("/")[2] in ("__init__.py", "__init__.pyi"):
        return StillUsed()
    elsewhere: list[Span] = []  # functions in which the name is their own
    if len(found) > 1 and not _is_repeated(found):
        owners = [_owner(site) for site, _ in found if site.parents]
        found = [(site, alias) for site, alias in found if not site.parents]
        elsewhere = [owner.span for owner in owners if owner is not None]
        if len(found) != 1 or len(elsewhere) != len(owners):
            return StillUsed()
    if any(alias.asname == alias.name or not _may_lose_a_name(site) or _is_spoken_for(lines, site) for site, alias in found):
        return StillUsed()
    if name in bound_in_file(facts) or _in_a_string(facts, lines, name, removed):
        return StillUsed()
    # what an import statement names (``from functools import cache``) is no use of a name
    gone = (*removed, *elsewhere, *(site.statement.span for site in imports_of_file(facts)))
    uses = tuple(span for span in mentions(lines, name) if not _covered(span, gone))
    return StillUsed(uses) if uses else Unused(tuple(found))


def _local_import(facts: ModuleFacts, name: str, at: Span) -> tuple[ImportSite, Alias, Function] | None:
    """The only import of ``name`` inside the function of ``at``, with the function whose local it binds."""
    inside = [site for site in imports_of_file(facts) if site.binds(name) and site.parents and site.is_seen_from(at)]
    if len(inside) != 1:
        return None
    alias, owner = inside[0].binds(name), _owner(inside[0])
    return (inside[0], alias, owner) if alias is not None and owner is not None else None


def _owner(site: ImportSite) -> Function | None:
    """The function whose local name an import binds."""
    owner = next((one for one in reversed(site.parents) if isinstance(one, Function | Class)), None)
    return owner if isinstance(owner, Function) else None


def _judge_local(
    lines: Lines, name: str, removed: Sequence[Span], site: ImportSite, alias: Alias, owner: Function
) -> Unused | StillUsed:
    if not _may_lose_locally(site) or _is_spoken_for(lines, site) or name in bound_otherwise(owner.body):
        return StillUsed()
    others = [one for one in import_sites(owner.body) if one.binds(name) and one.statement is not site.statement]
    gone = (*removed, site.statement.span, *(one.statement.span for one in others))
    uses = tuple(
        span
        for span in mentions(lines, name)
        if owner.span.contains(span)
        and not _covered(span, gone)
        and (_covered(span, [one.span for one in site.block]) or not any(_serves(one, owner, span) for one in others))
    )
    return StillUsed(uses) if uses else Unused(((site, alias),))


def mentions(lines: Lines, name: str) -> Sequence[Span]:
    """Where the identifier ``name`` stands, other than as an attribute; keywords of calls count."""
    return lines.identifiers.get(name, ())


def _covered(span: Span, spans: Sequence[Span]) -> bool:
    return any(one.contains(span) for one in spans)


def _is_repeated(found: Sequence[tuple[ImportSite, Alias]]) -> bool:
    """Whether several statements of the module, on its top level, import the very same thing."""
    statements = {site.statement.span for site, _ in found}
    same = len({(target(site.statement, alias), alias.name) for site, alias in found}) == 1
    return same and len(statements) == len(found) and not any(site.parents for site, _ in found)


def _may_lose_a_name(site: ImportSite) -> bool:
    """Not where an import is tried out or makes an attribute, nor where its block would be left empty."""
    if any(isinstance(parent, Try | Class) for parent in site.parents):
        return site.guard is not None and any(_tries_the_same(other, site) for other in site.block)
    return (
        len(site.block) > 1 or len(site.statement.names) > 1 or not site.parents or isinstance(site.parents[-1], Function | With)
    )


def _serves(site: ImportSite, owner: Function, at: Span) -> bool:
    """Whether an import of the body of ``owner`` has certainly run when ``at`` does; its parents are counted from there."""
    seen = site.statement.span.end <= at.start
    return seen and (not site.parents or any(one.span.contains(at) for one in site.block))


def _may_lose_locally(site: ImportSite) -> bool:
    """In a ``try`` that the name is used in as well, nothing is tried out: the import only stands where it is needed."""
    return len(site.block) > 1 or len(site.statement.names) > 1 or isinstance(site.parents[-1], Function | With)


def _tries_the_same(other: Statement, site: ImportSite) -> bool:
    """Whether another import beside it stands and falls with the same package."""
    return (
        isinstance(other, Import)
        and other is not site.statement
        and other.level == site.statement.level
        and _package(other) == _package(site.statement)
    )


def _package(statement: Import) -> str:
    return (statement.module or statement.names[0].name).partition(".")[0]


def _is_spoken_for(lines: Lines, site: ImportSite) -> bool:
    """Whether a ``noqa`` says that the import may be unused."""
    span = site.statement.span
    behind = lines.comment_behind(span.end)
    return any(_KEEPS_UNUSED.search(one.text) for one in [*lines.comments_in(span), *([behind] if behind else [])])


def _in_a_string(facts: ModuleFacts, lines: Lines, name: str, removed: Sequence[Span]) -> bool:
    docstrings = [
        one.span
        for block in blocks_within(facts.body)
        for one in block
        if isinstance(one, Evaluate) and isinstance(one.value, Constant)
    ]
    word = re.compile(rf"\b{re.escape(name)}\b")
    texts = (one for one in lines.tokens if one.kind == "string" or one.text.startswith("# type:"))
    spoken = (Span(one.start + found.start(), one.start + found.end()) for one in texts for found in word.finditer(one.text))
    return any(not _covered(mention, (*docstrings, *removed)) for mention in spoken)
