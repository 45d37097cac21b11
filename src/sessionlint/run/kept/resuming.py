"""From what is kept of a run to the next one, when a few of the files that were read say something else.

No file that decides nothing is looked at. First it is told which answers to questions about the whole project differ: those
of the changed files, and of files whose answers rest on these, are asked anew and compared. Then the rules are asked about the
modules whose findings rest on anything that differs. Where it cannot be told what a change does, there is no going on, and the
run begins at the beginning.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from sessionlint.link import named, plain
from sessionlint.link.earlier import Earlier
from sessionlint.link.names.importers import ModuleImports, differing
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.on_demand import OnDemand
from sessionlint.link.question import Postings
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.outcome_codec import dump_finding, load_finding
from sessionlint.model.source import Source
from sessionlint.questions.frontier.session_names import session_names
from sessionlint.questions.inventory.frameworks import imports_of
from sessionlint.run.analysis import Analysis, Checked, Found
from sessionlint.run.cache.store import decoded, encoded
from sessionlint.run.extraction.extractor import Text
from sessionlint.run.extraction.rounds import naming
from sessionlint.run.kept import claims
from sessionlint.run.kept.claims import ANYTHING, Claims, Part, Whole
from sessionlint.run.kept.keeping import Asked, Keeping, dumped, is_notable, loaded, look_at

# Measured: where two in five modules have to be asked anew, to go on costs half of a whole run; beyond half of them, as much.
_FEW = 50


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
        self._looks, self._questions = _questions(known)
        told_of = {*sources, *known.words}
        self._earlier = _earlier(known, {asked.name for asked in self._looks if isinstance(asked.of, Postings)}, told_of)
        self._project = analysis.project()
        self._keeping = Keeping(self._project, text_of, told_of)
        self._dirty: set[Part] = set()
        self._found_by: dict[str, claims.Look] = {}
        self._wholes: dict[str, Whole] = {}

    def checked(self) -> tuple[Checked, Claims]:
        """The run, and what is kept of it. Raises NoWayError."""
        self._link()
        while not self._settles():
            pass
        if not self._known.deciding.isdisjoint(self._dirty) or self._names_sessions():
            raise NoWayError
        checked = self._analysis.judged(self._project, self._notes(), self._found())
        if checked.missing or checked.unusable_helper is not None or checked.outcome.errors or self._wants_more():
            raise NoWayError
        return checked, self._claims(checked)

    # --- the project --------------------------------------------------------------------------------------------------

    def _link(self) -> None:
        facts = OnDemand(sorted(self._sources), self._facts_of)
        self._project.unfold(facts, self._sources, self._imports, self._earlier)
        base: set[Part] = {*map(claims.file, self._others), *((claims.OUTLINES,) if self._others else ())}
        for path, before in self._before.items():
            if _says_nothing(before) or _says_nothing(facts[path]) or path in self._project.trust.homes:
                raise NoWayError
            base.add(claims.file(path))
            base |= {*self._change_of_imports(path, before)}
        self._base = base
        self._grows(base | self._said(self._before))

    def _said(self, paths: Iterable[str]) -> set[Part]:
        """The rows of all files of which these have said something: most likely, they say something else now."""
        found = (look.found.get(path) for look in self._known.looks.values() for path in paths)
        return {claims.row(to) for each in found if isinstance(each, Mapping) for to in each}

    def _facts_of(self, path: str) -> ModuleFacts:
        note = self._kept_note(path)
        if note is not None and not note.suppressions:
            return note
        text = Text(self._sources[path])
        if path in self._read:
            return self._analysis.extractor.facts([text])[path]
        return self._analysis.extractor.looks([text])[path].outline

    def _change_of_imports(self, path: str, before: ModuleFacts) -> Iterator[Part]:
        """The files of which the imports stand elsewhere. Raises NoWayError where they are others."""
        old, new = self._project.scope_of(before), self._project.modules[path]
        old_imports, new_imports = self._project.imports_of(old), self._project.imports_of(new)
        if _edges(old, old_imports) != _edges(new, new_imports):
            raise NoWayError
        yield from map(claims.row, differing(old_imports, new_imports))

    def _imports(self) -> Iterator[tuple[str, ModuleImports]]:
        changed = {path: self._project.imports_of(self._project.modules[path]) for path in self._before}
        return ((path, changed.get(path) or loaded(path, data)) for path, data in sorted(self._known.imports.items()))

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
        self._found_by = {}
        while True:
            if self._grows(self._dirty):
                return False
            found = {*self._differing(), *self._differing_wholes()}
            if found <= self._dirty:
                return True
            self._dirty |= found
            other = {
                name for name in self._wholes if claims.asked(name) in self._dirty and _is_believed(self._known.wholes[name])
            }
            if not other <= self._earlier.other:  # somebody may have believed what was said before
                self._earlier.other |= other
                return False

    def _grows(self, dirty: Set[Part]) -> bool:
        """Take down which questions have to be asked anew, of which modules; whether these are more than before.

        Raises NoWayError where they are so many that to begin at the beginning costs less.
        """
        grows = False
        for name, look in self._known.looks.items():
            anew = self._earlier.anew.setdefault(name, set())
            touched = {*self._before, *(path for path, parts in look.rests.items() if _is_touched(parts, dirty))}
            grows |= not touched <= anew
            anew |= touched
        if len(set().union(*self._earlier.anew.values())) > max(_FEW, len(self._read) // 2):
            raise NoWayError
        return grows

    def _recall(self) -> None:
        """Remember nothing but what questions about the whole project say that are not known to say something else."""
        self._project.memory.clear()
        for name, whole in self._known.wholes.items():
            if isinstance(whole.answer, list) and name not in self._earlier.other:
                question, rest = self._questions[name]
                self._project.memory.recall((question.ask, *rest), plain.load(whole.answer[0]))

    def _differing(self) -> Iterator[Part]:
        """What questions that are asked of each module find otherwise in some."""
        for asked in self._looks:
            known, anew = self._known.looks[asked.name], sorted(self._earlier.anew[asked.name])
            if asked.name not in self._found_by:
                modules = (self._project.modules[path] for path in anew)
                look = self._found_by[asked.name] = self._keeping.looks(asked, modules, known)
                for path in anew:
                    yield from _difference(asked.name, known.found.get(path), look.found.get(path))

    def _differing_wholes(self) -> Iterator[Part]:
        for name, known in self._known.wholes.items():
            if name not in self._wholes and _is_touched(known.parts, self._dirty):
                whole = self._wholes[name] = self._whole(name)
                yield from _difference(name, known.answer, whole.answer)

    def _whole(self, name: str) -> Whole:
        question, rest = self._questions[name]
        answer, bits = self._project.memory.whole((question.ask, *rest), question.start, question.ask, self._project, *rest)
        return self._keeping.whole(question, answer, bits)

    # --- what is found ------------------------------------------------------------------------------------------------

    def _again(self, path: str) -> bool:
        """Whether what was found in a module may be something else now."""
        return path in self._before or _is_touched(self._known.rests[path], self._dirty)

    def _found(self) -> Found:
        """What was found in modules whose findings still hold."""
        still = (path for path in self._known.modules if not self._again(path))
        kept = {path: [load_finding(*one) for one in self._known.findings.get(path, ())] for path in still}
        return Found((), kept, self._known.remarks)

    def _names_sessions(self) -> bool:
        """Whether another file holds a name by which sessions travel, from where it comes from: then it would be read."""
        texts = {path: Text(self._sources[path]) for path in self._others}
        outlines = {path: self._project.facts[path] for path in self._others}
        names = session_names(self._project) if texts else {}
        return any(True for _ in naming(self._project, names, texts, outlines, self._analysis.extractor))

    def _wants_more(self) -> bool:
        """Whether the rules came upon files that should be read, or words that others should be searched for."""
        wanted = self._project.wanting | self._project.trust.unread
        return not self._project.asked <= self._words or any(path in self._sources for path in wanted - self._read)

    def _claims(self, checked: Checked) -> Claims:
        assert checked.found is not None
        asked, wholes = self._keeping.asked()
        new = [look for look in asked if look.name not in self._known.looks]
        modules = self._project.modules
        again = [path for path in self._known.modules if self._again(path)]
        found = {path: [dump_finding(one) for one in checked.found.by_module[path]] for path in again}
        changed = {path: dumped(self._project.imports_of(modules[path])) for path in self._before}
        return replace(
            self._known,
            findings={path: some for path, some in {**self._known.findings, **found}.items() if some},
            rests={**self._known.rests, **{path: self._keeping.rests(modules[path], checked.found.codes) for path in again}},
            looks={**self._found_by, **{look.name: self._keeping.looks(look, modules.values()) for look in new}},
            wholes={**self._known.wholes, **self._wholes, **wholes},
            imports={path: changed.get(path, data) for path, data in self._known.imports.items()},
            notes={path: encoded(replace(facts, body=())) for path, facts in self._notes().items()},
        )


def _earlier(known: Claims, posted: Set[str], told_of: Container[str]) -> Earlier:
    """``posted`` are the questions by which modules speak of files, or of other words that are ``told_of``."""
    found: dict[str, dict[str, Any]] = {}
    spoken: dict[str, dict[str, dict[str, Any]]] = {}
    for name, look in known.looks.items():
        if name not in posted:
            found[name] = dict(look.found)
            continue
        about = spoken[name] = defaultdict(dict)
        for path, said in look.found.items():
            for to, one in said.items() if isinstance(said, Mapping) else ():
                about[to][path] = one
    rows = {name: whole.answer for name, whole in known.wholes.items() if isinstance(whole.answer, Mapping)}
    return Earlier(known.modules, found, spoken, rows, told_of)


def _questions(known: Claims) -> tuple[list[Asked], dict[str, tuple[named.Question, tuple[Any, ...]]]]:
    """The questions behind the names: those that are asked of each module, and all others."""
    looks, others = [], {}
    for name in (*known.looks, *known.wholes):
        question, rest = named.question(name)
        look = look_at(name, question, rest)
        if look is not None:
            looks.append(look)
        else:
            others[name] = question, rest
    return looks, others


def _is_believed(whole: Whole) -> bool:
    """Whether what is kept of an answer is taken for it, before anybody looks."""
    return not isinstance(whole.answer, str)


def _is_touched(parts: frozenset[Part], dirty: Set[Part]) -> bool:
    return ANYTHING in parts or not parts.isdisjoint(dirty)


def _says_nothing(facts: ModuleFacts) -> bool:
    return bool(facts.problem or facts.skipped or facts.failure)


def _edges(module: ModuleScope, imports: ModuleImports) -> object:
    """What a module imports, wherever the statements stand."""
    bound = Counter((each.module, each.level, each.name) for each in imports_of(module))
    inside = Counter((path, dotted) for path, dotted, _ in imports.modules)
    return bound, inside, Counter((path, name, bound, top) for path, name, bound, top, _ in imports.names)


def _difference(name: str, before: claims.Found | None, after: claims.Found | None) -> Iterator[Part]:
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
