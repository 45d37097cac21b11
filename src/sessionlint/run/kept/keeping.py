"""From a project that was checked to what is kept of it."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sessionlint.link import named, plain
from sessionlint.link.digest import digest
from sessionlint.link.memory import EVERYTHING
from sessionlint.link.names.importers import ModuleImports
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import Gathered, Postings
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.outcome_codec import dump_finding
from sessionlint.model.source import Place, Span
from sessionlint.run.analysis import Found
from sessionlint.run.cache.store import encoded
from sessionlint.run.extraction.rounds import deciding
from sessionlint.run.kept import claims
from sessionlint.run.kept.claims import ANYTHING, Claims, Part, Whole


class Keeping:
    """Tells what answers of ``project`` say and rest on. ``text_of`` gives the digest of the text at a path."""

    def __init__(self, project: Project, text_of: Callable[[str], str]) -> None:
        self._project = project
        self._text_of = text_of
        self._parts: dict[int, frozenset[Part]] = {}

    def parts(self, bits: int) -> frozenset[Part]:
        """The names of what ``bits`` stand for."""
        if bits not in self._parts:
            self._parts[bits] = frozenset(map(_part, self._project.memory.parts_of(bits))) | (
                {ANYTHING} if bits & EVERYTHING else set()
            )
        return self._parts[bits]

    def rests(self, module: ModuleScope, codes: tuple[str, ...]) -> frozenset[Part]:
        """What the findings of the rules in a module rest on."""
        return self.parts(self._project.memory.bits_of((codes, module), module.bit))

    def looks(self, module: ModuleScope, asked: Sequence["Look"]) -> frozenset[Part]:
        """What the answers of a module to ``asked`` rest on, gathered and posted alike."""
        bits = module.bit
        for look in asked:
            bits |= self._project.memory.bits_of((look.of.part, module, *look.key), module.bit)
        return self.parts(bits)

    def found(self, module: ModuleScope, look: "Look") -> str | Mapping[str, str]:
        """The digest of what a module finds; by file, if it speaks of files. Empty: nothing."""
        answer = look.of.within(self._project, module, *look.key)
        if isinstance(look.of, Gathered):
            return self.digest(answer) if answer else ""
        by_path: dict[str, list[object]] = defaultdict(list)
        for path, one in answer:
            by_path[path].append(one)
        return {path: self.digest(said) for path, said in by_path.items()}

    def keep(
        self,
        module: ModuleScope,
        look: "Look",
        gathered: dict[str, dict[str, str]],
        spoken: dict[str, dict[str, Mapping[str, str]]],
    ) -> str | Mapping[str, str] | None:
        """Take down what a module finds, in place of what was known before; None: nothing."""
        found = self.found(module, look)
        known: dict[str, Any] = (gathered if isinstance(look.of, Gathered) else spoken).setdefault(look.name, {})
        known.pop(module.path, None)
        if found:
            known[module.path] = found
        return found or None

    def deciding(self) -> frozenset[Part]:
        """The questions that decide which files are read."""
        key = (deciding, "")
        self._project.memory.once(key, 0, None, deciding, self._project)
        return next(self.parts(bits) for each, _, bits in self._project.memory.wholes() if each == key)

    def asked(self) -> tuple[list["Look"], dict[str, Whole]]:
        """The questions about the whole project that were asked: of each module, and all others."""
        looks, wholes = list[Look](), dict[str, Whole]()
        for key, answer, bits in self._project.memory.wholes():
            if (name := named.name(key)) is not None:
                question, rest = named.question(name)
                look = look_at(name, question, rest)
                if look is not None:
                    looks.append(look)
                else:
                    wholes[name] = self.whole(question, answer, bits)
        return looks, wholes

    def digest(self, answer: object) -> str:
        """Of an answer; "?", which is never taken for the same, of one that cannot be told."""
        return digest(answer, self._text_of) or ANYTHING

    def whole(self, question: named.Question, answer: Any, bits: int) -> Whole:
        """A question about the whole project that is neither gathered nor posted."""
        if question.by_path:
            return Whole(self.parts(bits), {path: self.digest(said) for path, said in answer.items() if said})
        return Whole(self.parts(bits), self.digest(answer), _plain(answer))


class Look:
    """A question that is asked of each module: ``name`` tells it with its ``key``."""

    def __init__(self, name: str, of: Gathered[Any, ..., Any] | Postings[Any, Any], key: tuple[Any, ...]) -> None:
        self.name = name
        self.of = of
        self.key = key


def look_at(name: str, question: named.Question, key: tuple[Any, ...]) -> Look | None:
    """The question by its name, if it is one that is asked of each module."""
    owner = getattr(question.ask, "__self__", None)
    return Look(name, owner, key) if isinstance(owner, Gathered | Postings) else None


def claims_of(project: Project, found: Found, text_of: Callable[[str], str]) -> Claims:
    """All that is kept of a project in which ``found`` was found."""
    keeping = Keeping(project, text_of)
    deciding = keeping.deciding()
    looks, wholes = keeping.asked()
    gathered: dict[str, dict[str, str]] = {look.name: {} for look in looks if isinstance(look.of, Gathered)}
    spoken: dict[str, dict[str, Mapping[str, str]]] = {look.name: {} for look in looks if isinstance(look.of, Postings)}
    for module in project.modules.values():
        for look in looks:
            keeping.keep(module, look, gathered, spoken)
    return Claims(
        list(project.modules),
        {path: [dump_finding(one) for one in some] for path, some in found.by_module.items() if some},
        {module.path: keeping.rests(module, found.codes) for module in project.modules.values()},
        {module.path: keeping.looks(module, looks) for module in project.modules.values()},
        gathered,
        spoken,
        wholes,
        deciding,
        dict(_imports(project)),
        {path: encoded(replace(facts, body=())) for path, facts in project.facts.items() if is_notable(facts)},
        found.remarks,
    )


def is_notable(facts: ModuleFacts) -> bool:
    """Whether more is to be said of a file than what its body holds, or it has none, as one that cannot be decoded."""
    return bool(facts.suppressions or facts.problem or facts.skipped or facts.failure) or not (facts.outline or facts.body)


def dumped(imports: ModuleImports) -> list[Any]:
    """What ``loaded`` makes the imports of the file at that path again."""
    modules = [[path, dotted, *place.span] for path, dotted, place in imports.modules]
    return [modules, [[path, name, bound, top, *place.span] for path, name, bound, top, place in imports.names]]


def loaded(path: str, data: Any) -> ModuleImports:
    """The imports of the file at ``path``."""
    modules, names = data
    return ModuleImports(
        [(of, dotted, Place(path, Span(start, end))) for of, dotted, start, end in modules],
        [(of, name, bound, top, Place(path, Span(start, end))) for of, name, bound, top, start, end in names],
    )


def _plain(answer: object) -> list[Any] | None:
    try:
        return [plain.dump(answer)]
    except plain.NotPlainError:
        return None


def _imports(project: Project) -> Iterator[tuple[str, list[Any]]]:
    for module in (*project.modules.values(), *project.outlines):
        imports = project.imports_of(module)
        if imports.modules or imports.names:
            yield module.path, dumped(imports)


def _part(what: Hashable) -> Part:
    if isinstance(what, str):
        return claims.file(what)
    match what:
        case ("row", str(path)):
            return claims.row(path)
        case (claims.IMPORTS,):
            return claims.IMPORTS
        case _:
            name = named.name(what)
            return ANYTHING if name is None else claims.asked(name)
