"""From a name to all that refers to it, wherever in the project: a factory, an engine, a provider to its uses."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import DefinitionBinding, ImportBinding, ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Name
from sessionlint.model.source import Place, Span
from sessionlint.questions.references.references import References, references

_STEPS = 8  # through modules that pass the name on


def uses(project: Project, path: str, offset: int, *, with_definition: bool) -> list[Place]:
    """The places that refer to the name of a module's level at a character of a file, its definition first, if wanted."""
    module = project.modules.get(path)
    word = _word_at(project.source(module).text, offset) if module is not None else None
    if module is None or word is None:
        return []
    home = _home(project, *_meant(project, module, *word))
    if home is None:
        return []
    found = [*_definitions(*home)] if with_definition else []
    found += sorted(_places(references(project, *home)))
    return list(dict.fromkeys(found))


def _word_at(text: str, offset: int) -> tuple[str, Span] | None:
    start = end = offset
    while start > 0 and _is_part(text[start - 1]):
        start -= 1
    while end < len(text) and _is_part(text[end]):
        end += 1
    word = text[start:end]
    return (word, Span(start, end)) if word.isidentifier() else None


def _is_part(character: str) -> bool:
    return character == "_" or character.isalnum()


def _meant(project: Project, module: ModuleScope, word: str, span: Span) -> tuple[ModuleScope, str]:
    """The module whose name it is: that of ``db`` in ``db.engine``, else the file's own."""
    text = project.source(module).text
    if text[: span.start].endswith("."):
        before = _word_at(text, span.start - 1)
        kind = project.evaluator.name_kind(before[0], module) if before is not None else kinds.UNKNOWN
        if isinstance(kind, kinds.ModuleKind) and kind.path in project.modules:
            return project.modules[kind.path], word
    return module, word


def _home(project: Project, module: ModuleScope, name: str) -> tuple[ModuleScope, str] | None:
    """Where the name is bound to the thing itself, behind all imports."""
    for _ in range(_STEPS):
        bindings = module.bindings.get(name)
        if not bindings:
            return None
        first = bindings[0]
        if not isinstance(first, ImportBinding) or first.name is None:
            return module, name
        path = project.layout.resolve(module.path, first.module, first.level)
        following = project.modules.get(path) if path is not None else None
        if following is None:
            return module, name
        module, name = following, first.name
    return None


def _definitions(module: ModuleScope, name: str) -> Iterator[Place]:
    for binding in module.bindings.get(name, ()):
        if isinstance(binding, DefinitionBinding):
            yield module.place(binding.scope.node.name_span)
    for statement in walk.statements(module.body):
        for target in statement.targets if isinstance(statement, Assign) else ():
            if isinstance(target, Name) and target.id == name:
                yield module.place(target.span)


def _places(found: References) -> Iterator[Place]:
    for imported in found.imports:
        yield imported.scope.module.place(imported.alias.span)
    for mention in found.mentions:
        yield mention.site.place
    for string in found.strings:
        yield Place(string.site.place.path, string.span)
