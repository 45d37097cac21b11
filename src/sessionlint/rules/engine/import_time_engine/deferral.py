"""What has to change so that an engine is built on first use: the values to defer, and everything that refers to them.

An engine and the factories that are bound to it at import are deferred together. What cannot change with them stands in
the way: a use at import that is neither, a reference that cannot be followed, a value that may not be the same later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field

from sessionlint.link.names.import_time import sites_at_import
from sessionlint.link.names.scopes import ImportBinding, ModuleScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Call, If, Name, Raise, Statement, Subscript, Term
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.engines.engines import EngineBuild
from sessionlint.questions.references.literals import literal_text
from sessionlint.questions.references.references import Mention, Obstacle, References, Spelled, references
from sessionlint.questions.running.callers import is_remembered

_PATCHES = frozenset({"setattr", "patch", "object"})


@dataclass(frozen=True, slots=True, eq=False)
class Deferred:
    """``name = value`` on a module's own level, which becomes a function; ``refs`` are what refers to the name.

    ``settings`` are the statements before it that only prepare its value; they go into the function, too.
    """

    module: ModuleScope
    statement: Assign
    name: str
    value: Term
    is_engine: bool
    refs: References
    settings: Sequence[Statement] = ()


@dataclass(slots=True, eq=False)
class LazyEngine:
    """The engine first, then the factories that need it; or what is in the way (``obstacle``)."""

    deferred: list[Deferred] = field(default_factory=list)
    obstacle: Obstacle | None = None


def lazy_engine(project: Project, build: EngineBuild) -> LazyEngine:
    """How the engine of ``build`` can be built on first use."""
    statement, module = build.site.statement, build.site.scope.module
    if not _is_definition(statement, module) or build.name is None:
        return _impossible(build, "only `name = create_engine(...)` on the module's own level can become a function")
    assert isinstance(statement, Assign) and statement.value is not None
    if not isinstance(project.kind(statement.value, module), kinds.Engine | kinds.Factory):
        return _impossible(build, "the engine is a part of something else")
    if build.function is not None and is_remembered(build.function):
        return _impossible(
            build, f"`{build.function.node.name}()` remembers the engine already: call it where the engine is needed"
        )
    plan = _Plan(project)
    plan.defer(module, statement)
    plan.check_replacements()
    return LazyEngine(plan.deferred, plan.obstacle)


def _impossible(build: EngineBuild, reason: str) -> LazyEngine:
    return LazyEngine(obstacle=Obstacle(build.site.place, reason))


def _is_definition(statement: Statement, module: ModuleScope) -> bool:
    """``name = call(...)``, unconditionally."""
    return (
        isinstance(statement, Assign)
        and any(statement is each for each in module.body)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], Name)
        and isinstance(statement.value, Call)
        and not statement.augmented
    )


class _Plan:
    def __init__(self, project: Project) -> None:
        self._project = project
        self.deferred: list[Deferred] = []
        self.obstacle: Obstacle | None = None
        self._at_import: dict[str, set[int]] = {}  # the terms that run when a module is imported

    def defer(self, module: ModuleScope, statement: Statement) -> None:
        """Defer a definition and, with it, every factory that is built of it at import."""
        deferring = [self._deferring(module, statement)]
        while deferring:
            built_of_it = next(deferring[-1], None)
            if built_of_it is None:
                deferring.pop()
            else:
                deferring.append(self._deferring(*built_of_it))

    def _deferring(self, module: ModuleScope, statement: Statement) -> Iterator[tuple[ModuleScope, Statement]]:
        """Defer one definition; what has to be deferred before this can go on is yielded."""
        assert isinstance(statement, Assign) and statement.value is not None
        name = walk.dotted(statement.targets[0])
        assert name is not None
        if any(one.statement is statement for one in self.deferred) or self.obstacle is not None:
            return
        refs = references(self._project, module, name)
        engine = isinstance(self._project.kind(statement.value, module), kinds.Engine)
        one = Deferred(module, statement, name, statement.value, engine, refs)
        self.deferred.append(one)
        self._check(one)
        for mention in refs.mentions:
            if self.obstacle is None and self._runs_at_import(mention):
                yield from self._follow(mention, name)
        if self.obstacle is None:
            settings = _Settings(self._project, one, {each.name for each in self.deferred if each.module is module})
            self.obstacle = self.obstacle or settings.obstacle
            self.deferred[self.deferred.index(one)] = _with_settings(one, settings.statements)

    def _check(self, one: Deferred) -> None:
        bindings = one.module.bindings[one.name]
        if len(bindings) > 1:
            others = [each for each in walk.statements(one.module.body) if each is not one.statement and _binds(each, one.name)]
            where = others[0] if others else one.statement
            self._stop(Place(one.module.path, where.span), f"`{one.name}` is bound more than once")
        for found in one.refs.obstacles:
            self._stop(found.place, found.reason)
        for spelled in one.refs.strings:
            if not spelled.in_all and replaced_value(spelled) is None:
                self._stop(spelled.site.place, f"a string stands for `{one.name}`, and what is done with it cannot be told")

    def check_replacements(self) -> None:
        """A test that replaces the engine only meant the uses of it; a factory that is built meanwhile would remember it."""
        if all(one.is_engine for one in self.deferred):
            return
        for one in self.deferred:
            for spelled in one.refs.strings:
                if one.is_engine and not spelled.in_all:
                    self._stop(spelled.site.place, f"`{one.name}` is replaced here, and a factory would remember the replacement")

    def _runs_at_import(self, mention: Mention) -> bool:
        module = mention.site.scope.module
        if self._project.role(module) is not Role.APPLICATION:
            return False  # tests, migrations and scripts use the engine as soon as they run
        if module.path not in self._at_import:
            self._at_import[module.path] = {id(site.term) for site in sites_at_import(module)}
        return id(mention.site.term) in self._at_import[module.path]

    def _follow(self, mention: Mention, name: str) -> Iterator[tuple[ModuleScope, Statement]]:
        """A use at import is fine where it builds a factory that can wait as well."""
        statement, module = mention.site.statement, mention.site.scope.module
        if _is_definition(statement, module) and isinstance(statement, Assign) and statement.value is not None:
            kind = self._project.kind(statement.value, module)
            if isinstance(kind, kinds.Factory | kinds.Engine):
                yield module, statement
                return
        self._stop(mention.site.place, f"`{name}` is used here when the module is imported")

    def _stop(self, place: Place, reason: str) -> None:
        self.obstacle = self.obstacle or Obstacle(place, reason)


def _with_settings(one: Deferred, statements: Sequence[Statement]) -> Deferred:
    return Deferred(one.module, one.statement, one.name, one.value, one.is_engine, one.refs, statements)


def replaced_value(spelled: Spelled) -> Term | None:
    """The ``Fake`` of ``monkeypatch.setattr("app.db.SessionLocal", Fake)`` and its kin, when it is no more than a name.

    ``mock.patch`` counts where nothing asks for what it gives.
    """
    call = spelled.site.path[0] if spelled.site.path else None
    if not isinstance(call, Call) or (walk.dotted(call.func) or "").rpartition(".")[2] not in _PATCHES:
        return None
    position = next((index for index, given in enumerate(call.args) if given.term is spelled.site.term), None)
    plain = all(given.keyword in (None, "new", "value") and not given.star for given in call.args)
    if position is None or not plain or len(call.args) != position + 2:
        return None
    value = call.args[-1].term
    return value if isinstance(value, Name) and not _is_asked_for(spelled, call) else None


def _is_asked_for(spelled: Spelled, call: Call) -> bool:
    """Whether the replacement is bound: ``with patch(...) as fake``."""
    statement = spelled.site.statement
    items = getattr(statement, "items", ())
    return isinstance(statement, Assign) or any(item.context is call and item.target is not None for item in items)


def _binds(statement: Statement, name: str) -> bool:
    return isinstance(statement, Assign) and any(walk.dotted(target) == name for target in statement.targets)


class _Settings:
    """The statements on a module's level that do nothing but prepare the value of a deferred definition.

    ``URL = os.environ["URL"]``, ``if URL.startswith(...): URL = ...``, ``if not URL: raise ...``: where nothing else
    refers to the names that they bind, they can wait as the value does.
    """

    def __init__(self, project: Project, one: Deferred, deferred: set[str]) -> None:
        self._project = project
        self._one = one
        self._deferred = deferred
        self._module = one.module
        ahead = [each for each in one.module.body if each.span.end <= one.statement.span.start]
        names = self._reachable(ahead)
        self._needed = names
        self.statements = self._movable(ahead, set(names))
        self.obstacle = self._changing() or self._failing()

    def _reachable(self, ahead: Sequence[Statement]) -> set[str]:
        """The names that the value needs, directly or not, and that assignments ahead of it bind."""
        found: set[str] = set()
        waiting = [self._one.value]
        while waiting:
            for name in _names_in(waiting.pop()):
                if name not in found and self._is_setting(name):
                    found.add(name)
                    waiting += [term for each in ahead for term in _values_for(each, name)]
        return found

    def _is_setting(self, name: str) -> bool:
        bindings = self._module.bindings.get(name, [])
        return (
            name not in self._deferred
            and bool(bindings)
            and all(isinstance(each, ValueBinding) and each.scope is self._module and not each.path for each in bindings)
        )

    def _movable(self, ahead: Sequence[Statement], names: set[str]) -> list[Statement]:
        if all(self._is_constant(name) for name in names):
            return []
        names = {name for name in names if not self._is_constant(name)}
        while True:
            moving = [each for each in ahead if _only_prepares(each, names)]
            kept = {name for name in names if self._is_needed_elsewhere(name, moving)}
            if not kept:
                return moving
            names -= kept

    def _is_constant(self, name: str) -> bool:
        bindings = self._module.bindings[name]
        if len(bindings) != 1 or not isinstance(bindings[0], ValueBinding) or bindings[0].value is None:
            return False
        value = bindings[0].value
        return not any(_names_in(value)) or literal_text(value, self._module, self._project.evaluator) is not None

    def _is_needed_elsewhere(self, name: str, moving: Sequence[Statement]) -> bool:
        refs = references(self._project, self._module, name)
        inside = [self._one.statement.span, *(each.span for each in moving)]
        bound = [each for each in walk.statements(self._module.body) if _binds(each, name)]
        places = [*(one.site.term.span for one in refs.mentions), *(each.span for each in bound)]
        return (
            not refs.is_private
            or bool(refs.obstacles)
            or not all(any(span.contains(place) for span in inside) for place in places)
        )

    def _changing(self) -> Obstacle | None:
        """A name in the value that may mean something else by the time the value is wanted."""
        moved = {name for each in self.statements for name in _bound_names(each)}
        for term in [self._one.value, *(term for each in self.statements for term in _terms(each))]:
            for name in _names_in(term):
                bindings = self._module.bindings.get(name, [])
                if len(bindings) > 1 and name not in moved and not all(isinstance(each, ImportBinding) for each in bindings):
                    return Obstacle(
                        Place(self._module.path, term.span), f"`{name}`, which the value needs, is bound more than once"
                    )
        return None

    def _failing(self) -> Obstacle | None:
        """A variable of the environment that has to be there at import even when nothing needs the engine."""
        moved = {id(each) for each in self.statements}
        for each in self._module.body:
            if id(each) in moved or not self._needed & set(_bound_names(each)):
                continue
            for term in _terms(each):
                if isinstance(term, Subscript) and self._project.kind(term.value, self._module) == kinds.External("os.environ"):
                    return Obstacle(
                        Place(self._module.path, each.span),
                        "the import needs the variable all the same; more than the engine uses it",
                    )
        return None


def _only_prepares(statement: Statement, names: set[str]) -> bool:
    """Whether a statement binds some of ``names`` and nothing else, or checks them and raises."""
    match statement:
        case Assign(targets=(Name(id=name),), value=value):
            return name in names and value is not None
        case If(test=test, body=body, orelse=orelse):
            concerned = set(_names_in(test)) & names or {name for each in body for name in _bound_names(each)} & names
            return bool(concerned) and all(isinstance(each, Raise) or _only_prepares(each, names) for each in (*body, *orelse))
        case _:
            return False


def _bound_names(statement: Statement) -> Iterator[str]:
    for each in walk.statements((statement,)):
        if isinstance(each, Assign):
            yield from (target.id for target in each.targets if isinstance(target, Name))


def _values_for(statement: Statement, name: str) -> Iterator[Term]:
    """What decides the value of ``name`` in a statement: the values it is given, and the tests around them."""
    if name in _bound_names(statement):
        yield from (term for each in walk.statements((statement,)) for term in walk.own_terms(each))


def _terms(statement: Statement) -> Iterator[Term]:
    for each in walk.statements((statement,)):
        for term in walk.own_terms(each):
            yield from (inner for inner, _ in walk.descend(term))


def _names_in(term: Term) -> Iterator[str]:
    return (inner.id for inner, _ in walk.descend(term) if isinstance(inner, Name))
