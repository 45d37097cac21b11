"""Objects that build an engine when they are made, and that are made for one call."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ClassScope, FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.model.facts import Assign, Attribute, Call, Function
from sessionlint.model.role import Role
from sessionlint.questions.engines.engine_reach import disposes
from sessionlint.questions.engines.fresh import Fresh, PerCall, per_call
from sessionlint.questions.running.callers import Callers
from sessionlint.questions.sessions.holding import Use, holding_of, is_plain_base


class EngineOwners:
    """Classes that keep an engine of their own and never dispose it; ``engines`` follows new engines."""

    def __init__(self, project: Project, engines: Fresh) -> None:
        self._project = project
        self._engines = engines

    def ending(self, module: ModuleScope) -> Iterator[PerCall]:
        """The objects that end in a function of a module that runs again and again."""
        fresh = Fresh(self._project, "owner of an engine", kinds.Instance, self._is_owner)
        return per_call(self._project, fresh, self._ends_here, module)

    def injected(self, module: ModuleScope) -> Iterator[PerCall]:
        """The engines of the objects that FastAPI makes for each request: ``def route(repo: Repo = Depends(Repo))``."""
        callers = Callers(self._project)
        functions = {function.node: function for function in module.functions}
        for site in self._project.calls_of_external("Depends", within=module):
            call, function = site.term, functions.get(site.statement) if isinstance(site.statement, Function) else None
            if not isinstance(call, Call) or function is None or not call.args:
                continue
            if self._project.role(site.scope.module) is not Role.APPLICATION:
                continue
            cls = self._project.kind(call.args[0].term, site.scope)
            engine = self._engine_of(cls.cls) if isinstance(cls, kinds.ClassKind) else None
            caller = callers.of(function)
            if engine is not None and caller is not None:
                yield PerCall(engine, function, site, caller)

    def _is_owner(self, call: Call, site: Site) -> bool | None:
        return self.made_by(call, site) is not None or None

    def made_by(self, call: Call, site: Site) -> Site | None:
        """The call that builds the engine of the object that a call makes."""
        callee = self._project.kind(call.func, site.scope)
        return self._engine_of(callee.cls) if isinstance(callee, kinds.ClassKind) else None

    def _engine_of(self, cls: ClassScope) -> Site | None:
        return remembered(self._project, ("own engine", cls), None, self._find, cls)

    def _find(self, cls: ClassScope) -> Site | None:
        """The call in ``__init__`` that builds what ``self.engine`` is, each time and for nobody else."""
        init = self._project.evaluator.instance_attribute(cls, "__init__")
        if not isinstance(init, kinds.FunctionKind) or not self._is_plain(cls):
            return None
        kept = {
            statement.value
            for statement in init.function.body
            if isinstance(statement, Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], Attribute)
        }
        inside = (site for site in self._project.calls_in(init.function) if site.term in kept)
        return next((built for site in inside if (built := self._engines.built_by(site)) is not None), None)

    def _is_plain(self, cls: ClassScope) -> bool:
        """Whether every call makes an object, and nothing in the class lets go of what the object keeps."""
        ancestors = self._project.evaluator.ancestors(cls)
        if any(one.node.decorators or "__new__" in one.methods or self._has_other_bases(one) for one in ancestors):
            return False
        return not any(disposes(method) for one in ancestors for method in one.methods.values())

    def _has_other_bases(self, cls: ClassScope) -> bool:
        """Whether there is a metaclass, or a base that cannot be seen."""
        bases = self._project.evaluator.base_kinds(cls)
        named = len(bases) == len(cls.node.bases)
        return not named or not all(isinstance(base, kinds.ClassKind) or is_plain_base(base) for base in bases)

    def _ends_here(self, site: Site) -> bool:
        """Whether the function that makes the object asks it for something, and does nothing else with it."""
        where = holding_of(self._project).at(site)
        if where.use is Use.USED:
            return bool(site.path) and isinstance(site.path[0], Attribute)
        if where.use is not Use.BOUND or where.name is None or not isinstance(site.scope, FunctionScope):
            return False
        mentions = list(holding_of(self._project).mentions(site.scope, frozenset({where.name})))
        return bool(mentions) and all(
            found.use is Use.USED
            and mention.scope is site.scope
            and bool(mention.path)
            and isinstance(mention.path[0], Attribute)
            for mention, found in mentions
        )
