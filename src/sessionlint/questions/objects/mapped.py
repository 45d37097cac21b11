"""Mapped classes: what an attribute of their objects is, and how a relationship is loaded.

Only classes that somebody asks about are looked at. How a class is mapped (declarative, as a dataclass, by SQLModel or
Flask-SQLAlchemy) does not matter: what counts is the call that makes the attribute.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import TypeAlias

from sessionlint.link.names.functions import return_values
from sessionlint.link.names.scopes import Binding, ClassScope, FunctionScope, ModuleScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import collected, question, words
from sessionlint.link.values import kinds
from sessionlint.link.values.quoted import read_annotation
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Constant, Mapping, Name, Operation, Subscript, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place

_LAZY = (None, "select", True)
_EAGER = ("joined", "selectin", "subquery", "immediate", False)
_COLLECTIONS = frozenset({"list", "List", "set", "Set", "Sequence", "dict", "Dict", "Collection", "MutableSequence"})


class Loads(Enum):
    """When a relationship is loaded."""

    LAZILY = "by the first look at it"
    EAGERLY = "with the object"
    OTHERWISE = "never by a look at it, or nobody knows when"


@dataclass(frozen=True, slots=True, eq=False)
class Relationship:
    """``many_to_one``: its object may be in the session already, and is then not asked for; None: that cannot be told.

    ``is_list``: it surely has many objects. ``target`` is the class of its objects, None where that is not known.
    """

    name: str
    place: Place
    loads: Loads
    many_to_one: bool | None
    is_list: bool
    target: ClassScope | None


def relationship(project: Project, cls: ClassScope, name: str) -> Relationship | None:
    """The relationship that the attribute ``name`` of the objects of a class is."""
    return _relationship(project, cls, name)


@question(None)
def _relationship(project: Project, cls: ClassScope, name: str) -> Relationship | None:
    for ancestor in project.evaluator.ancestors(cls):
        made = defined(ancestor, name)
        if made is not None:
            call, annotation = made
            return _read(project, ancestor, cls, name, call, annotation) if _makes_relationship(project, call, ancestor) else None
        if name in ancestor.bindings or name in ancestor.attributes:
            return None
    return _backref(project, cls, name)


def defined(cls: ClassScope, name: str) -> tuple[Call, Term | None] | None:
    """The call that makes an attribute in a class's body, and the annotation beside it."""
    match cls.bindings.get(name, ()):
        case [ValueBinding(value=Call() as call, annotation=annotation)]:
            return call, annotation
        case [_] if name in cls.methods and _is_declared(cls.methods[name]):
            method = cls.methods[name]
            match return_values(method):
                case [Call() as call]:
                    return call, method.node.returns
    return None


def _is_declared(method: FunctionScope) -> bool:
    """``@declared_attr``, ``@declared_attr.directive``."""
    return any("declared_attr" in (walk.dotted(term) or "") for term in method.node.decorators)


def _makes_relationship(project: Project, call: Call, cls: ClassScope) -> bool:
    name = (walk.dotted(call.func) or "").rpartition(".")[2]
    if name not in ("relationship", "relation", "Relationship"):
        return False
    match project.kind(call.func, cls):
        case kinds.External(name=known):
            return known.partition(".")[0] in ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")
        case kinds.Unknown():
            return isinstance(call.func, Attribute)  # `db.relationship` of Flask-SQLAlchemy
        case _:
            return False


def _read(
    project: Project, owner: ClassScope, cls: ClassScope, name: str, call: Call, annotation: Term | None
) -> Relationship | None:
    if any(given.star for given in call.args):
        return None
    target = _target(project, owner, call, annotation)
    many_to_one = _is_many_to_one(project, cls, target, call, annotation)
    is_list = _is_list(call, annotation, many_to_one)
    return Relationship(name, owner.module.place(call.span), _loads(call, annotation), many_to_one, is_list, target)


def _loads(call: Call, annotation: Term | None) -> Loads:
    if generic_name(annotation) in ("WriteOnlyMapped", "DynamicMapped"):
        return Loads.OTHERWISE
    lazy = _option(call, "lazy")
    if lazy is None:
        return Loads.LAZILY
    value = lazy.value if isinstance(lazy, Constant) else "?"
    return Loads.LAZILY if value in _LAZY else Loads.EAGERLY if value in _EAGER else Loads.OTHERWISE


def _option(call: Call, name: str) -> Term | None:
    """An option of ``relationship``, which SQLModel's takes as ``sa_relationship_kwargs={...}``."""
    more = walk.argument(call, None, "sa_relationship_kwargs")
    if isinstance(more, Mapping):
        found = (value for key, value in more.items if isinstance(key, Constant) and key.value == name)
        return next(found, None)
    if more is not None or walk.argument(call, None, "sa_relationship") is not None:
        return more or call
    return walk.argument(call, None, name)


@question(frozenset[str]())
def set_by_default(project: Project, cls: ClassScope) -> frozenset[str]:
    """The attributes that a new object has without being given them: the fields of a dataclass that have a default, before
    SQLAlchemy 2.1."""
    version = project.targets.sqlalchemy
    if version is not None and version >= (2, 1):
        return frozenset()
    return frozenset(
        name
        for ancestor in project.evaluator.ancestors(cls)
        for name in ancestor.bindings
        if (made := defined(ancestor, name)) is not None
        and any(given.keyword in ("default_factory", "default") for given in made[0].args)
    )


@question(False)
def is_mapped(project: Project, cls: ClassScope) -> bool:
    """Whether objects of a class have rows: it names a table, or has what only mapped classes have."""
    if any(given.keyword == "table" for given in cls.node.bases):
        return True
    return any(
        name in ("__tablename__", "__table__", "__mapper_args__") or _is_of_mapping(bindings)
        for ancestor in project.evaluator.ancestors(cls)
        for name, bindings in ancestor.bindings.items()
    )


def _is_of_mapping(bindings: Sequence[Binding]) -> bool:
    match bindings:
        case [ValueBinding(value=Call(func=func))]:
            return (walk.dotted(func) or "").rpartition(".")[2] in ("Column", "mapped_column", "relationship")
        case [ValueBinding(annotation=annotation)]:
            return generic_name(annotation) == "Mapped"
        case _:
            return False


# --- which way a relationship goes --------------------------------------------------------------------------------------


def _is_many_to_one(
    project: Project, cls: ClassScope, target: ClassScope | None, call: Call, annotation: Term | None
) -> bool | None:
    if _is_collection(annotation) or _makes_collection(call):
        return False
    if _option(call, "remote_side") is not None:
        return True
    tables = [*_referred_tables(project, cls)]
    if not tables:
        return False
    name = _table_name(project, target) if target is not None else None
    if name is None or "?" in tables:
        return None
    return name in tables


def _is_list(call: Call, annotation: Term | None, many_to_one: bool | None) -> bool:
    if _option(call, "uselist") is not None:
        return isinstance(said := _option(call, "uselist"), Constant) and said.value is True
    if annotation is not None:
        return _is_collection(annotation)
    return many_to_one is False


def _makes_collection(call: Call) -> bool:
    if any(_option(call, name) is not None for name in ("secondary", "link_model", "collection_class")):
        return True
    return isinstance(said := _option(call, "uselist"), Constant) and said.value is True


def _is_collection(annotation: Term | None) -> bool:
    inner = _mapped(annotation)
    return isinstance(inner, Subscript) and (walk.dotted(inner.value) or "").rpartition(".")[2] in _COLLECTIONS


def _mapped(annotation: Term | None) -> Term | None:
    """What stands in ``Mapped[...]``, quotes taken off."""
    while True:
        match annotation:
            case Constant(value=str() as text):
                annotation = read_annotation(text)
            case Subscript(value=value, items=(inner,)) if (walk.dotted(value) or "").rpartition(".")[2] in (
                *("Mapped", "Optional", "WriteOnlyMapped", "DynamicMapped"),
            ):
                annotation = inner
            case Operation(op="|", operands=(inner, Constant(value=None))):
                annotation = inner
            case _:
                return annotation


def generic_name(annotation: Term | None) -> str:
    """``Mapped`` of ``Mapped[str]``, in quotes too."""
    if isinstance(annotation, Constant) and isinstance(annotation.value, str):
        annotation = read_annotation(annotation.value)
    return (walk.dotted(annotation.value) or "").rpartition(".")[2] if isinstance(annotation, Subscript) else ""


def _referred_tables(project: Project, cls: ClassScope) -> Iterator[str]:
    """The tables that the foreign keys of a class refer to; "?" for one that cannot be read."""
    for ancestor in project.evaluator.ancestors(cls):
        for statement in ancestor.body:
            for term in walk.own_terms(statement):
                for inner, _ in walk.composed(term):
                    if isinstance(inner, Call):
                        yield from _referred(inner)
        yield from ("?" for method in ancestor.methods.values() if _is_declared(method))


def _referred(call: Call) -> Iterator[str]:
    name = (walk.dotted(call.func) or "").rpartition(".")[2]
    given = walk.argument(call, 0, "column") if name == "ForeignKey" else walk.argument(call, None, "foreign_key")
    if name == "ForeignKeyConstraint":
        yield "?"
    elif isinstance(given, Constant) and isinstance(given.value, str):
        yield given.value.rpartition(".")[0]
    elif given is not None:
        yield "?"


def _table_name(project: Project, cls: ClassScope) -> str | None:
    for ancestor in project.evaluator.ancestors(cls):
        match ancestor.bindings.get("__tablename__", ()):
            case [ValueBinding(value=Constant(value=str() as name))]:
                return name
    return None


def _target(project: Project, owner: ClassScope, call: Call, annotation: Term | None) -> ClassScope | None:
    given = walk.argument(call, 0, "argument")
    found = given if given is not None else _mapped(annotation)
    if isinstance(found, Subscript) and found.items:
        found = _mapped(found.items[-1])
    if isinstance(found, Constant) and isinstance(found.value, str):
        return class_named(project, found.value.rpartition(".")[2], owner)
    kind = project.kind(found, owner) if isinstance(found, Name | Attribute) else kinds.UNKNOWN
    return kind.cls if isinstance(kind, kinds.ClassKind) else _by_name(project, found, owner)


def _by_name(project: Project, term: Term | None, owner: ClassScope) -> ClassScope | None:
    """A class that is imported for type checkers only."""
    name = (walk.dotted(term) or "").rpartition(".")[2] if term is not None else ""
    return class_named(project, name, owner) if name else None


def class_named(project: Project, name: str, near: ClassScope) -> ClassScope | None:
    """The class of the project that a string means to SQLAlchemy, which knows all by their names."""
    kind = project.evaluator.name_kind(name, near.module)
    if isinstance(kind, kinds.ClassKind):
        return kind.cls
    homes = _homes(project, name)
    return next(cls for cls in project.modules[homes[0]].classes if cls.node.name == name) if len(homes) == 1 else None


@words
def _homes(_: Project, module: ModuleScope) -> Iterable[str]:
    """The names of the classes in a module, each as often as there is one."""
    return (cls.node.name for cls in module.classes)


# --- what another class puts there --------------------------------------------------------------------------------------

_Backref: TypeAlias = tuple[ClassScope, Call, Call | None]


def _backref(project: Project, cls: ClassScope, name: str) -> Relationship | None:
    """The attribute that ``relationship("Item", backref="shop")`` of another class puts on this one."""
    for owner, call, written in _backrefs(project, name):
        if _target(project, owner, call, None) is cls:
            loads = _loads(written, None) if written is not None else Loads.LAZILY
            many_to_one = _is_many_to_one(project, cls, owner, written or call, None) if not _is_secondary(call) else False
            is_list = many_to_one is False and (written is None or _is_list(written, None, many_to_one))
            return Relationship(name, owner.module.place(call.span), loads, many_to_one, is_list, owner)
    return None


def _is_secondary(call: Call) -> bool:
    return _option(call, "secondary") is not None


def _backrefs(project: Project, name: str) -> Iterator[_Backref]:
    for path in _giving_backrefs(project, name):
        yield from (found for known_as, found in _backrefs_of(project, project.modules[path]) if known_as == name)


@words
def _giving_backrefs(project: Project, module: ModuleScope) -> Iterable[str]:
    """What classes of a module put on others, by name."""
    return dict.fromkeys(known_as for known_as, _ in _backrefs_of(project, module))


@collected
def _backrefs_of(project: Project, module: ModuleScope) -> Iterator[tuple[str, _Backref]]:
    for site in module.calls_named(("relationship", "relation")) if project.mentions(module, "backref") else ():
        given = _option(site.term, "backref") if isinstance(site.term, Call) else None
        if given is None or not isinstance(site.scope, ClassScope) or not isinstance(site.term, Call):
            continue
        name = walk.argument(given, 0, "name") if isinstance(given, Call) else given
        if isinstance(name, Constant) and isinstance(name.value, str):
            yield name.value, (site.scope, site.term, given if isinstance(given, Call) else None)
