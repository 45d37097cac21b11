"""Making a name available in a file, and taking away an import that nothing needs any more."""

from collections.abc import Sequence

from sessionlint.edits.apply import OverlapError, apply_edits
from sessionlint.edits.import_plan import ImportPlan
from sessionlint.edits.unused import judge
from sessionlint.edits.wanted import Wanted
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.finding import Edit
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source, Span
from sessionlint.text.lines import lines_of

__all__ = ["ImportChange", "ImportedName", "Wanted", "change_imports", "drop_import_if_unused", "import_name"]


@dataclass(frozen=True, slots=True)
class ImportChange:
    """How to write each wanted name, and the edits that make it so. The edits never overlap each other.

    Edits that change nothing are among them: they hold the imports relied on (see ``apply.hold``).
    """

    spellings: dict[Wanted, str]
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class ImportedName:
    """``spelling`` is what to write (``Generator``, ``t.Generator``); ``edits`` make it available."""

    spelling: str
    edits: tuple[Edit, ...]


def change_imports(
    facts: ModuleFacts,
    source: Source,
    add: Sequence[Wanted] = (),
    drop: Sequence[str] = (),
    removed: Sequence[Span] = (),
    drop_at: Span | None = None,
) -> ImportChange | None:
    """Make all of ``add`` available and drop the imports of the names in ``drop`` that are then unused.

    ``drop`` holds names as the file spells them (the alias, if there is one); ``removed`` the spans that the caller's
    own edits replace, in which a mention of a dropped name does not count. A name is dropped only when nothing else in
    the file mentions it, no string either (``__all__``, quoted annotations, patch targets; docstrings do not count), its
    import does not look like a re-export (``X as X``, ``__init__.py``, ``noqa: F401``), and no comment would be lost.
    Otherwise it stays; that is not a failure. Whether *other* files import it from here the caller must know.

    A new import goes where the dropped one stood if that was inside the function of ``at``; else to the module's
    imports. ``drop_at`` is where the dropped names stand: an import inside that function is judged by the function alone.
    None when a wanted name cannot be made available.
    """
    plan = ImportPlan(facts, source, lines_of(source.text))
    for name in drop:
        plan.drop(judge(facts, plan.lines, name, removed, drop_at))
    spellings = {}
    for wanted in add:
        spelling = plan.add(wanted)
        if spelling is None:
            return None
        spellings[wanted] = spelling
    edits = plan.edits()
    try:
        apply_edits(source.text, edits)
    except OverlapError:
        return None
    return ImportChange(spellings, edits)


def import_name(
    facts: ModuleFacts,
    source: Source,
    module: str,
    name: str,
    at: Span | None = None,
    *,
    alternatives: Sequence[tuple[str, str]] = (),
    for_annotation: bool = False,
    quoted: bool = False,
) -> ImportedName | None:
    """How to write ``module.name`` at ``at`` and the edits that make it available; see ``change_imports``."""
    wanted = Wanted(module, name, tuple(alternatives), at, for_annotation, quoted)
    change = change_imports(facts, source, add=[wanted])
    return ImportedName(change.spellings[wanted], change.edits) if change else None


def drop_import_if_unused(facts: ModuleFacts, source: Source, name: str, removed: Sequence[Span]) -> tuple[Edit, ...]:
    """The edits that take the import of ``name`` away, or only hold the other uses of it; see ``change_imports``."""
    change = change_imports(facts, source, drop=[name], removed=removed)
    return change.edits if change else ()
