"""Under which names a body knows a session: its own, other names for it, and the objects that were built around it."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ClassScope, FunctionScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Name, Statement, Term
from sessionlint.questions.sessions.holding import is_plain_base, parameter_for

Names = frozenset[str]
"""Dotted names of one session: ``db``, ``service.db``, ``self.repository.db``."""


def held_names(project: Project, scope: Scope, names: Names) -> Names:
    """``names``, and those that the statements of ``scope`` add: ``session = self.db``, ``service = Service(db)``."""
    return remembered(project, ("held names", scope, names), names, _held, project, scope, names)


def _held(project: Project, scope: Scope, names: Names) -> Names:
    while True:
        found = names.union(*(_bound(project, one, scope, names) for one in walk.statements(scope.body)))
        if found == names:
            return names
        names = found


def _bound(project: Project, statement: Statement, scope: Scope, names: Names) -> Names:
    if not isinstance(statement, Assign) or statement.value is None or (to := bound_name(statement, scope)) is None:
        return frozenset()
    return frozenset(to + rest for rest in rests(project, statement.value, scope, names))


def bound_name(statement: Statement, scope: Scope) -> str | None:
    """The one name that an assignment gives its value, where that has no other; in a constructor, an attribute of the object."""
    target = statement.targets[0] if isinstance(statement, Assign) and len(statement.targets) == 1 else None
    if isinstance(target, Name) and len(scope.bindings.get(target.id, ())) == 1:
        return target.id
    kept = walk.dotted(target) if isinstance(target, Attribute) and isinstance(target.value, Name) else None
    if kept is not None and isinstance(scope, FunctionScope) and scope.node.name == "__init__":
        return kept if kept.partition(".")[0] == receiver_name(scope) else None
    return None


def rests(project: Project, term: Term, scope: Scope, names: Names) -> Iterator[str]:
    """What has to stand behind ``term`` to make it a name of the session: "" for the session, ``.db`` for what keeps it."""
    if isinstance(term, Call):
        yield from built_around(project, term, scope, names) or ()
    elif (given := walk.dotted(term)) is not None:
        yield from (name[len(given) :] for name in names if leads_to(given, name))


def leads_to(given: str, name: str) -> bool:
    """Whether ``given`` is the session ``name``, or an object that keeps it."""
    return name == given or name.startswith(given + ".")


def is_owner(given: str, names: Names) -> bool:
    """Whether ``given`` is an object that keeps the session."""
    return any(name.startswith(given + ".") for name in names)


def gets(call: Call, names: Names) -> bool:
    """Whether a call is given the session, or an object that keeps it, as an argument."""
    given = (walk.dotted(argument.term) for argument in call.args)
    return any(one is not None and leads_to(one, name) for one in given for name in names)


def receiver_name(function: FunctionScope) -> str | None:
    """The name by which a method knows its object."""
    params = function.node.params
    static = any(walk.dotted(one) in ("staticmethod", "classmethod") for one in function.node.decorators)
    return params[0].name if function.owner is not None and params and not static else None


# --- calls ------------------------------------------------------------------------------------------------------------


def names_in_callee(project: Project, function: FunctionScope, call: Call, scope: Scope, names: Names) -> Names | None:
    """What a function calls the session that ``call`` hands to it, or that the object has whose method it is; None: unknown."""
    found = _from_arguments(function, call, names)
    owner = call.func.value if isinstance(call.func, Attribute) else None
    if found is None or owner is None or function.owner is None:
        return found
    if isinstance(project.kind(owner, scope), kinds.ClassKind):
        return None if receiver_name(function) is not None else found
    receiver = receiver_name(function)
    return found | {receiver + rest for rest in rests(project, owner, scope, names)} if receiver is not None else found


def _from_arguments(function: FunctionScope, call: Call, names: Names) -> Names | None:
    found = set[str]()
    for argument in call.args:
        given = walk.dotted(argument.term)
        lent = [name for name in names if given is not None and leads_to(given, name)]
        parameter = parameter_for(function, call, argument.term) if lent else None
        if lent and (parameter is None or argument.star):
            return None
        found |= {f"{parameter}{name[len(given or '') :]}" for name in lent}
    return frozenset(found)


def built_around(project: Project, call: Call, scope: Scope, names: Names) -> frozenset[str] | None:
    """``{".db"}`` for ``Service(db)``, whose constructor keeps the session as ``self.db``; None: that cannot be seen."""
    callee = project.kind(call.func, scope) if gets(call, names) else kinds.UNKNOWN
    init = constructor(project, callee.cls) if isinstance(callee, kinds.ClassKind) else None
    given = _from_arguments(init, call, names) if init is not None else None
    receiver = receiver_name(init) if init is not None else None
    if init is None or given is None or receiver is None:
        return None
    return frozenset(name[len(receiver) :] for name in held_names(project, init, given) if name.startswith(receiver + "."))


def constructor(project: Project, cls: ClassScope) -> FunctionScope | None:
    """The ``__init__`` of a class of which nothing is hidden by a base of another package, or by a decorator."""
    ancestors = project.evaluator.ancestors(cls)
    bases = [base for one in ancestors for base in project.evaluator.base_kinds(one)]
    if any(one.node.decorators for one in ancestors):
        return None
    if not all(isinstance(base, kinds.ClassKind) or is_plain_base(base) for base in bases):
        return None
    init = project.evaluator.instance_attribute(cls, "__init__")
    return init.function if isinstance(init, kinds.FunctionKind) and not init.wrapped else None
