"""From a project that was checked to what is kept of it."""

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sessionlint.link import named, plain
from sessionlint.link.digest import digest
from sessionlint.link.memory import EVERYTHING, UNASKED, Far
from sessionlint.link.names.importers import ModuleImports
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.question import Gathered, Postings
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.outcome_codec import dump_finding
from sessionlint.model.source import Place, Span
from sessionlint.run import analysis
from sessionlint.run.cache.store import encoded
from sessionlint.run.extraction.rounds import deciding
from sessionlint.run.kept import claims
from sessionlint.run.kept.claims import ANYTHING, Claims, Found, Look, Part, Said, Whole

T = TypeVar("T")


class Keeping:
    """Tells what answers of ``project`` say and rest on. ``text_of`` gives the digest of the text at a path, ``told_of`` holds
    what is kept of answers that are told by file, or by another word."""

    def __init__(self, project: Project, text_of: Callable[[str], str], told_of: Container[str]) -> None:
        self._project = project
        self._told_of = told_of
        self._text_of = text_of
        self._parts: dict[int, frozenset[Part]] = {}
        self._names: dict[Hashable, Part] = {}

    def parts(self, bits: int) -> frozenset[Part]:
        """The names of what ``bits`` stand for."""
        if bits not in self._parts:
            self._parts[bits] = frozenset(map(self._name, self._project.memory.parts_of(bits))) | (
                {ANYTHING} if bits & EVERYTHING else set()
            )
        return self._parts[bits]

    def _name(self, what: Hashable) -> Part:
        if what not in self._names:
            self._names[what] = _part(what)
        return self._names[what]

    def rests(self, module: ModuleScope, codes: tuple[str, ...]) -> frozenset[Part]:
        """What the findings of the rules in a module rest on."""
        return self.parts(self._project.memory.bits_of((codes, module), module.bit))

    def look(self, look: "Asked", module: ModuleScope) -> tuple[Found | None, frozenset[Part] | None]:
        """What a module finds, if anything, and what that rests on, if on more than its own file."""
        key = (look.of.part, module, *look.key)
        known = self._project.memory.answers.get(key, UNASKED)
        if known is UNASKED:
            look.of.within(self._project, module, *look.key)
            known = self._project.memory.answers[key]
        answer, bits = (known.value, known.bits) if type(known) is Far else (known, module.bit)
        return self._found(look, module, answer) if answer else None, None if bits == module.bit else self.parts(bits)

    def _found(self, look: "Asked", module: ModuleScope, answer: Sequence[Any]) -> Found:
        if isinstance(look.of, Gathered):
            return self.said(answer)
        by_path: dict[str, list[object]] = defaultdict(list)
        for path, one in look.of.told(module, answer):
            if path in self._told_of:
                by_path[path].append(one)
        return {path: self.said(tuple(said)) for path, said in by_path.items()}

    def looks(self, look: "Asked", modules: Iterable[ModuleScope], known: Look | None = None) -> Look:
        """What is found in ``modules``, in place of what is ``known`` of them."""
        found, rests = (dict(known.found), dict(known.rests)) if known is not None else ({}, {})
        for module in modules:
            of_module, resting = self.look(look, module)
            _put(found, module.path, of_module)
            _put(rests, module.path, resting)
        return Look(found, rests)

    def deciding(self) -> frozenset[Part]:
        """The questions that decide which files are read."""
        key = (deciding, "")
        self._project.memory.once(key, 0, None, deciding, self._project)
        return next(self.parts(bits) for each, _, bits in self._project.memory.wholes() if each == key)

    def asked(self) -> tuple[list["Asked"], dict[str, Whole]]:
        """The questions about the whole project that were asked: of each module, and all others."""
        looks, wholes = list[Asked](), dict[str, Whole]()
        for key, answer, bits in self._project.memory.wholes():
            if (name := named.name(key)) is not None:
                question, rest = named.question(name)
                look = look_at(name, question, rest)
                if look is not None:
                    looks.append(look)
                else:
                    wholes[name] = self.whole(question, answer, bits)
        return looks, wholes

    def said(self, answer: object) -> Said:
        """All of an answer, or its digest; "?", which is never taken for the same, if it cannot be told."""
        try:
            return [plain.dump(answer)]
        except plain.NotPlainError:
            return digest(answer, self._text_of) or ANYTHING

    def whole(self, question: named.Question, answer: Any, bits: int) -> Whole:
        """A question about the whole project that is not asked of each module."""
        if question.by_path:
            return Whole(
                self.parts(bits), {path: self.said(said) for path, said in answer.items() if said and path in self._told_of}
            )
        return Whole(self.parts(bits), self.said(answer))


class Asked:
    """A question that is asked of each module: ``name`` tells it with its ``key``."""

    def __init__(self, name: str, of: Gathered[Any, ..., Any] | Postings[Any, Any], key: tuple[Any, ...]) -> None:
        self.name = name
        self.of = of
        self.key = key


def look_at(name: str, question: named.Question, key: tuple[Any, ...]) -> Asked | None:
    """The question by its name, if it is one that is asked of each module."""
    owner = getattr(question.ask, "__self__", None)
    return Asked(name, owner, key) if isinstance(owner, Gathered | Postings) else None


def claims_of(project: Project, found: analysis.Found, text_of: Callable[[str], str]) -> Claims:
    """All that is kept of a project in which ``found`` was found."""
    words = project.memory.rows() - project.sources.keys()
    keeping = Keeping(project, text_of, {*project.sources, *words})
    deciding = keeping.deciding()
    looks, wholes = keeping.asked()
    modules = [*project.modules.values()]
    return Claims(
        [module.path for module in modules],
        {path: [dump_finding(one) for one in some] for path, some in found.by_module.items() if some},
        {module.path: keeping.rests(module, found.codes) for module in modules},
        {look.name: keeping.looks(look, modules) for look in looks},
        wholes,
        deciding,
        dict(_imports(project)),
        {path: encoded(replace(facts, body=())) for path, facts in project.facts.items() if is_notable(facts)},
        found.remarks,
        sorted(words),
    )


def is_notable(facts: ModuleFacts) -> bool:
    """Whether more is to be said of a file than what its body holds, or it has none, as one that cannot be decoded."""
    return bool(facts.suppressions or facts.problem or facts.skipped or facts.failure) or not (facts.outline or facts.body)


def dumped(imports: ModuleImports) -> list[Any]:
    """What ``loaded`` makes the imports of the file at that path again."""
    modules = [[path, dotted, *place.span] for path, dotted, place in imports.modules]
    names = [[path, name, None if bound == name else bound, top, *place.span] for path, name, bound, top, place in imports.names]
    return [modules, names]


def loaded(path: str, data: Any) -> ModuleImports:
    """The imports of the file at ``path``."""
    modules, names = data
    return ModuleImports(
        [(of, dotted, Place(path, Span(start, end))) for of, dotted, start, end in modules],
        [(of, name, bound or name, top, Place(path, Span(start, end))) for of, name, bound, top, start, end in names],
    )


def _put(known: dict[str, T], path: str, one: T | None) -> None:
    if one is None:
        known.pop(path, None)
    else:
        known[path] = one


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
        case (claims.IMPORTS | claims.OUTLINES as told,):
            return told
        case _:
            name = named.name(what)
            return ANYTHING if name is None else claims.asked(name)
