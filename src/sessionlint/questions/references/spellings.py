"""Where one module may name what another one binds: as an attribute of the module, or in a string.

Every term of the project is looked at once, for whichever names will be asked for; what stands there is told apart once per
name.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import ModuleScope, Scope, Site
from sessionlint.link.names.sites import Placed, placed, sites_of
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered, question, words
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Collection, Constant, Delete, Evaluate, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.role import Role

# a dotted name is tried from its first letter only, or a long one would be tried from each
_TO_DOTTED = r"(?<![\w.])(?:(?![A-Za-z_])[\w.])*"
_BEHIND_A_DOT = regex(r"\.(\w+)")
_BY_NAME = frozenset({"getattr", "setattr", "hasattr", "delattr", "object", "attrgetter"})


@dataclass(frozen=True, slots=True, eq=False)
class Spelling:
    """A term that names something of the module at ``home``; None: of a module that cannot be told.

    ``text`` is what of it does: the attribute, the string, or the dotted name in the string.
    """

    site: Site
    home: str | None
    text: str


def spellings(project: Project, path: str, name: str) -> Mapping[str, Sequence[Spelling]]:
    """What may name ``name`` of the module at ``path``, in source order, by the path of the module that it stands in."""
    found: dict[str, list[Spelling]] = {}
    for speller in _spellers(project, name) if _is_word(name) else _odd_spellers(project, name):
        spelled = [each for each in _spelled(project, project.modules[speller], name) if each.home in (path, None)]
        if spelled:
            found[speller] = spelled
    return found


@words
def _spellers(_: Project, module: ModuleScope) -> Iterable[str]:
    """The words that a module spells."""
    return sorted(_words([term for place in _all_places(module) for term in _spelling_terms(place)]))


@gathered
def _odd_spellers(project: Project, module: ModuleScope, name: str) -> Iterator[str]:
    """The paths of the modules that may spell an identifier which is no word."""
    if project.mentions(module, name):
        yield module.path


@collected
def _spelled(project: Project, module: ModuleScope, name: str) -> Iterator[Spelling]:
    """Everything in a module that spells ``name``, in source order."""
    speller = _Speller(project)
    places = _places(project, module).get(name, ()) if _is_word(name) else _all_places(module)
    for site in (site for place in places for site in sites_of(place)):
        yield from speller.spelled(site, name)


class _Speller:
    """Tells what a term that spells a name means."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def spelled(self, site: Site, name: str) -> Iterator[Spelling]:
        match site.term:
            case Attribute(value=value, attr=attr) if attr == name:
                home = self._module(value, site.scope)
                if home is not None or (is_target(site) and self._may_be_module(value, site.scope)):
                    yield Spelling(site, home, attr)
            case Constant(value=str() as text) if name in text and not _is_docstring(site):
                yield from self._alone(site, text) if text == name else self._dotted(site, text, name)
            case _:
                pass

    def _alone(self, site: Site, text: str) -> Iterator[Spelling]:
        """A string that is the name: in ``__all__``, or handed to ``getattr`` and its like."""
        if is_in_all(site):
            yield Spelling(site, site.scope.module.path, text)
        elif (owner := _asked(site)) is not None:
            home = self._module(owner, site.scope)
            if home is not None or self._may_be_module(owner, site.scope):
                yield Spelling(site, home, text)

    def _dotted(self, site: Site, text: str, name: str) -> Iterator[Spelling]:
        """``"app.db.engine"``, alone in the string or among other words; of each module the first."""
        seen = set()
        for match in re.finditer(rf"{_TO_DOTTED}([A-Za-z_][\w.]*)\.{re.escape(name)}\b", text):
            home = self._project.layout.resolve(site.scope.module.path, match[1], 0)
            if home is not None and home not in seen:
                seen.add(home)
                yield Spelling(site, home, f"{match[1]}.{name}")

    def _module(self, term: Term, scope: Scope) -> str | None:
        kind = self._project.kind(term, scope)
        return kind.path if isinstance(kind, kinds.ModuleKind) else None

    def _may_be_module(self, term: Term, scope: Scope) -> bool:
        """Tests load modules in ways that cannot be followed, and hand them around as fixtures."""
        kind = self._project.kind(term, scope)
        return isinstance(term, Name) and isinstance(kind, kinds.Unknown) and self._project.role(scope.module) is Role.TEST


# --- the one look at everything ---------------------------------------------------------------------------------------


def _is_word(name: str) -> bool:
    """Whether ``\\w+`` finds it, as it does most identifiers."""
    return re.fullmatch(r"\w+", name) is not None


@question(dict[str, list[Placed]]())
def _places(_: Project, module: ModuleScope) -> Mapping[str, Sequence[Placed]]:
    """The statements of a module that spell each word, in source order."""
    found: dict[str, list[Placed]] = defaultdict(list)
    for place in _all_places(module):
        for word in _words(_spelling_terms(place)):
            found[word].append(place)
    return {word: tuple(places) for word, places in found.items()}


def _all_places(module: ModuleScope) -> Iterator[Placed]:
    return (place for scope in module.scopes for place in placed(scope))


def _spelling_terms(place: Placed) -> Sequence[Term]:
    """The terms of a statement, unless it is a docstring."""
    statement = place.statement
    is_docstring = isinstance(statement, Evaluate) and isinstance(statement.value, Constant)
    return () if is_docstring else walk.own_terms(statement)


def _words(terms: Iterable[Term]) -> set[str]:
    """The attributes, the strings that are one word, and the words behind a dot in other strings."""
    found: set[str] = set()
    waiting = [*terms]
    while waiting:
        term = waiting.pop()
        if type(term) is Name:  # which most are, and every term of a project comes by here
            continue
        if type(term) is Attribute:
            found.add(term.attr)
            waiting.append(term.value)
        elif type(term) is Constant:
            if type(term.value) is str:
                found |= _words_in(term.value)
        else:
            waiting += walk.children(term)
    return found


def _words_in(text: str) -> set[str]:
    if "." in text:
        return set(_BEHIND_A_DOT.findall(text))
    return {text} if text.isidentifier() else set()


def is_target(site: Site) -> bool:
    """Whether the term is written, not read."""
    statement = site.statement
    return isinstance(statement, Assign | Delete) and any(
        each is site.term or any(inner is site.term for inner, _ in walk.descend(each) if isinstance(each, Collection))
        for each in statement.targets
    )


def is_in_all(site: Site) -> bool:
    """Whether the term stands in ``__all__``."""
    statement = site.statement
    return isinstance(statement, Assign) and any(walk.dotted(target) == "__all__" for target in statement.targets)


def _asked(site: Site) -> Term | None:
    """The ``db`` of ``getattr(db, "engine")``, ``monkeypatch.setattr(db, "engine", ...)``, ``patch.object(db, "engine")``."""
    call = site.path[0] if site.path else None
    if not isinstance(call, Call) or len(call.args) < 2 or call.args[1].term is not site.term:
        return None
    called = (walk.dotted(call.func) or "").rpartition(".")[2]
    return call.args[0].term if called in _BY_NAME else None


def _is_docstring(site: Site) -> bool:
    return isinstance(site.statement, Evaluate) and site.statement.value is site.term
