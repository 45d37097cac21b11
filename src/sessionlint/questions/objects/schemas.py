"""What Pydantic reads of an object: the fields of the model that it is to be made of."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ClassScope, FunctionScope, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Subscript, Term
from sessionlint.model.source import Place

VALIDATING = frozenset({"model_validate", "from_orm", "validate"})
_OUTSIDE = frozenset({"model_config", "Config"})
_CHANGING = frozenset({"model_validator", "root_validator", "validator", "field_validator"})
_LISTS = frozenset({"list", "List", "Sequence", "Optional", "Page", "set"})


def schema_fields(project: Project, schema: Term, scope: Scope) -> Iterator[tuple[str, Place]]:
    """The attributes that a Pydantic model (or a list of it) reads of what it is made of; nothing if it may read others."""
    cls = _model(project, schema, scope)
    if cls is not None and not _is_changed(project, cls):
        yield from _fields(project, cls)


def _model(project: Project, schema: Term, scope: Scope) -> ClassScope | None:
    if isinstance(schema, Subscript) and (walk.dotted(schema.value) or "").rpartition(".")[2] in _LISTS and schema.items:
        return _model(project, schema.items[0], scope)
    kind = project.kind(schema, scope) if not isinstance(schema, Call) else kinds.UNKNOWN
    return kind.cls if isinstance(kind, kinds.ClassKind) and _is_pydantic(project, kind.cls) else None


def unread_schemas(project: Project, schema: Term, scope: Scope) -> Iterator[str]:
    """The files that would tell what such a model reads."""
    if isinstance(schema, Subscript) and schema.items:
        yield from unread_schemas(project, schema.items[0], scope)
        return
    match project.kind(schema, scope) if not isinstance(schema, Call) else kinds.UNKNOWN:
        case kinds.Unknown(unread=str(path)):
            yield path
        case kinds.ClassKind(cls=cls):
            for ancestor in project.evaluator.ancestors(cls):
                for base in project.evaluator.base_kinds(ancestor):
                    if isinstance(base, kinds.Unknown) and base.unread is not None:
                        yield base.unread


def _is_pydantic(project: Project, cls: ClassScope) -> bool:
    return any(
        isinstance(base, kinds.External) and base.name.rpartition(".")[2] in ("BaseModel", "SQLModel")
        for ancestor in project.evaluator.ancestors(cls)
        for base in project.evaluator.base_kinds(ancestor)
    )


def _is_changed(project: Project, cls: ClassScope) -> bool:
    """Whether a validator may turn the object into something else before its fields are read."""
    return any(
        (walk.dotted(term.func if isinstance(term, Call) else term) or "").rpartition(".")[2] in _CHANGING
        for ancestor in project.evaluator.ancestors(cls)
        for method in ancestor.methods.values()
        for term in method.node.decorators
    )


def _fields(project: Project, cls: ClassScope) -> Iterator[tuple[str, Place]]:
    seen = set(_OUTSIDE)
    for ancestor in project.evaluator.ancestors(cls):
        for name, bindings in ancestor.bindings.items():
            if name in seen or name.startswith("_"):
                continue
            seen.add(name)
            match bindings:
                case [ValueBinding(annotation=annotation, value=value)] if annotation is not None and not _is_renamed(value):
                    yield name, ancestor.module.place(annotation.span)


def _is_renamed(value: Term | None) -> bool:
    """``Field(alias=...)`` reads another attribute, ``Field(exclude=True)`` reads this one all the same."""
    return isinstance(value, Call) and any("alias" in (given.keyword or "**") or given.star for given in value.args)


def route_schema(function: FunctionScope) -> Term | None:
    """What FastAPI makes of the value that a route returns: ``response_model``, or what the function says it returns."""
    for decorator in function.node.decorators:
        given = walk.argument(decorator, None, "response_model") if isinstance(decorator, Call) else None
        if given is not None:
            return given
    return function.node.returns
