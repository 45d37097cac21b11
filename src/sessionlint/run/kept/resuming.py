"""From what is kept of a run to the next one, when a few of the files that were read say something else.

No file that decides nothing is looked at. First it is told which answers to questions about the whole project differ: those
of the changed files, and of files whose answers rest on these, are asked anew and compared. Then the rules are asked about the
modules whose findings rest on anything that differs. Where it cannot be told what a change does, there is no going on, and the
run begins at the beginning.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from sessionlint.link import named, plain
from sessionlint.link.earlier import Earlier
from sessionlint.link.names.importers import Importers, ModuleImports
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.on_demand import OnDemand
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.outcome_codec import dump_finding, load_finding
from sessionlint.model.source import Source
from sessionlint.questions.inventory.frameworks import imports_of
from sessionlint.run.analysis import Analysis, Checked, Found
from sessionlint.run.cache.store import decoded, encoded
from sessionlint.run.extraction.extractor import Text
from sessionlint.run.kept import claims
from sessionlint.run.kept.claims import ANYTHING, Claims, Part, Whole
from sessionlint.run.kept.keeping import Keeping, Look, dumped, is_notable, loaded, look_at


class NoWayError(Exception):
    """What changed may have a say in which files are read, or in more than is kept."""


class Resuming:
    """A run of ``analysis`` over ``sources``, some of which are others than those that ``known`` tells of.

    ``before`` are the facts of those that were parsed, as they were, ``others`` the paths of the rest; ``text_of`` gives the
    digest of the text at a path. ``words`` are those that files without facts were searched for.
    """

    def __init__(
        self,
        analysis: Analysis,
        known: Claims,
        sources: Mapping[str, Source],
        before: Mapping[str, ModuleFacts],
        others: Set[str],
        text_of: Callable[[str], str],
        words: Set[str],
    ) -> None:
        self._words = words
        self._others = others
        self._analysis = analysis
        self._known = known
        self._sources = sources
        self._before = before
        self._text_of = text_of
        self._read = frozenset(known.modules)
        self._earlier = _earlier(known)
        self._project = analysis.project()
        self._keeping = Keeping(self._project, text_of)
        self._looks, self._questions = _questions(known)
        self._dirty: set[Part] = set()
        self._gathered: dict[str, dict[str, str]] = {}
        self._spoken: dict[str, dict[str, Mapping[str, str]]] = {}
        self._wholes: dict[str, Whole] = {}

    def checked(self) -> tuple[Checked, Claims]:
        """The run, and what is kept of it. Raises NoWayError."""
        self._link()
        while not self._settles():
            pass
        if not self._known.deciding.isdisjoint(self._dirty):
            raise NoWayError
        checked = self._analysis.judged(self._project, self._notes(), self._found())
        if checked.missing or checked.unusable_helper is not None or checked.outcome.errors or self._wants_more():
            raise NoWayError
        return checked, self._claims(checked)

    # --- the project --------------------------------------------------------------------------------------------------

    def _link(self) -> None:
        facts = OnDemand(sorted(self._sources), self._facts_of)
        self._project.unfold(facts, self._sources, self._importers, self._earlier)
        base: set[Part] = {claims.file(path) for path in self._others}
        for path, before in self._before.items():
            if _says_nothing(before) or _says_nothing(facts[path]) or path in self._project.trust.homes:
                raise NoWayError
            base.add(claims.file(path))
            base |= {*self._change_of_imports(path, before)}
        self._base = base
        self._earlier.anew |= self._likely(base)

    def _likely(self, base: Set[Part]) -> set[str]:
        """The modules that will have to be asked anew: what changed, what rests on it, and on what it says of others."""
        changed = self._before.keys()
        said = {claims.row(to) for by_module in self._known.spoken.values() for path in changed for to in by_module.get(path, ())}
        parts = base | said
        return {path for path, each in self._known.looks.items() if path in changed or not each.isdisjoint(parts)}

    def _facts_of(self, path: str) -> ModuleFacts:
        note = self._kept_note(path)
        if note is not None and not note.suppressions:
            return note
        text = Text(self._sources[path])
        if path in self._read:
            return self._analysis.extractor.facts([text])[path]
        return self._analysis.extractor.looks([text])[path].outline

    def _change_of_imports(self, path: str, before: ModuleFacts) -> Iterator[Part]:
        """Nothing, or that imports stand elsewhere. Raises NoWayError where they are others."""
        old, new = self._project.scope_of(before), self._project.modules[path]
        old_imports, new_imports = self._project.imports_of(old), self._project.imports_of(new)
        if _edges(old, old_imports) != _edges(new, new_imports):
            raise NoWayError
        if dumped(old_imports) != dumped(new_imports):
            yield claims.IMPORTS

    def _importers(self) -> Importers:
        changed = {path: self._project.imports_of(self._project.modules[path]) for path in self._before}
        return Importers((path, changed.get(path) or loaded(path, data)) for path, data in self._known.imports.items())

    def _kept_note(self, path: str) -> ModuleFacts | None:
        """What is known of a file beside its body; there is no body if that holds no comment for us."""
        text = self._known.notes.get(path) if path not in self._before else None
        return None if text is None else decoded(text)

    def _notes(self) -> dict[str, ModuleFacts]:
        """What is to be said of files beside what the rules find in them."""
        kept = {path: note for path in self._known.notes if (note := self._kept_note(path)) is not None}
        now = {path: self._project.facts[path] for path in self._before}
        return dict(sorted({**kept, **{path: facts for path, facts in now.items() if is_notable(facts)}}.items()))

    # --- what differs -------------------------------------------------------------------------------------------------

    def _settles(self) -> bool:
        """Find out what differs; not if there is more of it than was thought, in which case answers may be wrong."""
        self._recall()
        self._dirty, self._wholes = set(self._base), {}
        self._gathered = {name: dict(found) for name, found in self._known.gathered.items()}
        self._spoken = {name: dict(found) for name, found in self._known.spoken.items()}
        looked: set[str] = set()
        while True:
            touched = {path for path, parts in self._known.looks.items() if path in self._before or self._is_touched(parts)}
            if not touched <= self._earlier.anew:
                self._earlier.anew |= touched
                return False
            found = {*self._differing(touched - looked), *self._differing_wholes()}
            looked |= touched
            if found <= self._dirty:
                return True
            self._dirty |= found
            other = {name for name in self._wholes if claims.asked(name) in self._dirty}
            if not other <= self._earlier.other:  # somebody may have believed what was said before
                self._earlier.other |= other
                return False

    def _recall(self) -> None:
        """Remember nothing but what questions about the whole project say that are not known to say something else."""
        self._project.memory.clear()
        for name, whole in self._known.wholes.items():
            if whole.answer is not None and name not in self._earlier.other:
                question, rest = self._questions[name]
                self._project.memory.recall((question.ask, *rest), plain.load(whole.answer[0]))

    def _is_touched(self, parts: frozenset[Part]) -> bool:
        return ANYTHING in parts or not parts.isdisjoint(self._dirty)

    def _differing(self, paths: Iterable[str]) -> Iterator[Part]:
        """What questions that are asked of each module find otherwise in some."""
        for path in sorted(paths):
            module = self._project.modules[path]
            for look in self._looks:
                before: Mapping[str, Any] = self._known.gathered.get(look.name) or self._known.spoken.get(look.name, {})
                after = self._keeping.keep(module, look, self._gathered, self._spoken)
                yield from _difference(look.name, before.get(path), after)

    def _differing_wholes(self) -> Iterator[Part]:
        for name, known in self._known.wholes.items():
            if name not in self._wholes and self._is_touched(known.parts):
                whole = self._wholes[name] = self._again(name)
                yield from _difference(name, known.digest, whole.digest)

    def _again(self, name: str) -> Whole:
        question, rest = self._questions[name]
        answer, bits = self._project.memory.whole((question.ask, *rest), question.start, question.ask, self._project, *rest)
        return self._keeping.whole(question, answer, bits)

    # --- what is found ------------------------------------------------------------------------------------------------

    def _found(self) -> Found:
        """What was found in modules whose findings still hold."""
        still = (
            path for path in self._known.modules if path not in self._before and not self._is_touched(self._known.rests[path])
        )
        kept = {path: [load_finding(*one) for one in self._known.findings.get(path, ())] for path in still}
        return Found((), kept, self._known.remarks)

    def _wants_more(self) -> bool:
        """Whether the rules came upon files that should be read, or words that others should be searched for."""
        wanted = self._project.wanting | self._project.trust.unread
        return not self._project.asked <= self._words or any(path in self._sources for path in wanted - self._read)

    def _claims(self, checked: Checked) -> Claims:
        assert checked.found is not None
        asked, wholes = self._keeping.asked()
        new = [look for look in asked if look.name not in self._gathered and look.name not in self._spoken]
        looks = {path: self._looks_of(path, new) for path in self._known.modules}
        again = [path for path in self._known.modules if path in self._before or self._is_touched(self._known.rests[path])]
        found = {path: [dump_finding(one) for one in checked.found.by_module[path]] for path in again}
        rests = {path: self._keeping.rests(self._project.modules[path], checked.found.codes) for path in again}
        changed = {path: dumped(self._project.imports_of(self._project.modules[path])) for path in self._before}
        return replace(
            self._known,
            findings={path: some for path, some in {**self._known.findings, **found}.items() if some},
            rests={**self._known.rests, **rests},
            looks=looks,
            gathered=self._gathered,
            spoken=self._spoken,
            wholes={**self._known.wholes, **self._wholes, **wholes},
            imports={path: changed.get(path, data) for path, data in self._known.imports.items()},
            notes={path: encoded(replace(facts, body=())) for path, facts in self._notes().items()},
        )

    def _looks_of(self, path: str, new: list[Look]) -> frozenset[Part]:
        """What the answers of a module to questions that are asked of each rest on; ``new``: those that nobody asked before."""
        if not new and path not in self._earlier.anew:
            return self._known.looks[path]
        module = self._project.modules[path]
        for look in new:
            self._keeping.keep(module, look, self._gathered, self._spoken)
        asked = [*new, *(self._looks if path in self._earlier.anew else ())]
        return self._keeping.looks(module, asked) | (frozenset() if path in self._earlier.anew else self._known.looks[path])


def _earlier(known: Claims) -> Earlier:
    spoken: dict[str, dict[str, list[str]]] = {}
    for name, by_module in known.spoken.items():
        about = spoken[name] = defaultdict(list)
        for path, said in by_module.items():
            for to in said:
                about[to].append(path)
    rows = {name: whole.digest for name, whole in known.wholes.items() if isinstance(whole.digest, Mapping)}
    return Earlier(known.modules, known.gathered, spoken, rows)


def _questions(known: Claims) -> tuple[list[Look], dict[str, tuple[named.Question, tuple[Any, ...]]]]:
    """The questions behind the names: those that are asked of each module, and all others."""
    looks, others = [], {}
    for name in (*known.gathered, *known.spoken, *known.wholes):
        question, rest = named.question(name)
        look = look_at(name, question, rest)
        if look is not None:
            looks.append(look)
        else:
            others[name] = question, rest
    return looks, others


def _says_nothing(facts: ModuleFacts) -> bool:
    return bool(facts.problem or facts.skipped or facts.failure)


def _edges(module: ModuleScope, imports: ModuleImports) -> object:
    """What a module imports, wherever the statements stand."""
    bound = Counter((each.module, each.level, each.name) for each in imports_of(module))
    inside = Counter((path, dotted) for path, dotted, _ in imports.modules)
    return bound, inside, Counter((path, name, bound, top) for path, name, bound, top, _ in imports.names)


def _difference(name: str, before: str | Mapping[str, str] | None, after: str | Mapping[str, str] | None) -> Iterator[Part]:
    """The question, and of one that is told by file, the files of which it says something else."""
    if before == after and before != ANYTHING:
        return
    yield claims.asked(name)
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        one = before if isinstance(before, Mapping) else {}
        other = after if isinstance(after, Mapping) else {}
        for path in {**one, **other}:
            if one.get(path) != other.get(path) or one.get(path) == ANYTHING:
                yield claims.row(path)
