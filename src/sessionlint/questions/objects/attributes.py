"""The attributes of mapped objects that are no relationships: columns, properties, proxies, methods."""

from sessionlint.link.names.scopes import Binding, ClassScope, FunctionScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Constant
from sessionlint.questions.objects.mapped import defined, generic_name

_COLUMNS = frozenset({"Column", "mapped_column", "column_property", "Field", "deferred", "composite", "synonym"})
_PROPERTIES = frozenset({"property", "cached_property", "hybrid_property"})


def is_deferred(project: Project, cls: ClassScope, name: str) -> bool:
    """Whether an attribute is a column that is left out until somebody looks at it."""
    call = _column(project, cls, name)
    if call is None:
        return False
    said = walk.argument(call, None, "deferred")
    return (walk.dotted(call.func) or "").endswith("deferred") or (isinstance(said, Constant) and said.value is True)


def is_column(project: Project, cls: ClassScope, name: str) -> bool:
    """Whether an attribute is a column."""
    is_mapped = _is_field if any(given.keyword == "table" for given in cls.node.bases) else _is_mapped_annotation
    return _column(project, cls, name) is not None or any(
        is_mapped(binding) for ancestor in project.evaluator.ancestors(cls) for binding in ancestor.bindings.get(name, ())
    )


def _is_field(binding: Binding) -> bool:
    """``name: str``, ``age: int = 0``: SQLModel makes a column of each."""
    if not isinstance(binding, ValueBinding) or binding.annotation is None or isinstance(binding.value, Call):
        return False
    return "ClassVar" not in (generic_name(binding.annotation), walk.dotted(binding.annotation))


def _is_mapped_annotation(binding: Binding) -> bool:
    """``name: Mapped[str]``."""
    return isinstance(binding, ValueBinding) and binding.value is None and generic_name(binding.annotation) == "Mapped"


def _column(project: Project, cls: ClassScope, name: str) -> Call | None:
    """The call that makes the column ``name`` of a class."""
    for ancestor in project.evaluator.ancestors(cls):
        made = defined(ancestor, name)
        if made is not None:
            return made[0] if (walk.dotted(made[0].func) or "").rpartition(".")[2] in _COLUMNS else None
        if name in ancestor.bindings:
            return None
    return None


def property_of(project: Project, cls: ClassScope, name: str) -> FunctionScope | None:
    """The method that a look at an attribute runs: of a property, or of a hybrid."""
    for ancestor in project.evaluator.ancestors(cls):
        method = ancestor.methods.get(name)
        if method is not None:
            names = {(walk.dotted(term) or "").rpartition(".")[2] for term in method.node.decorators}
            return method if names & _PROPERTIES and len(names) == 1 else None
        if name in ancestor.bindings:
            return None
    return None


def method_of(project: Project, cls: ClassScope, name: str) -> FunctionScope | None:
    """The plain method of that name, which is called with the object first."""
    found = project.evaluator.instance_attribute(cls, name)
    method = found.function if isinstance(found, kinds.FunctionKind) else None
    return method if method is not None and method.node.params and not method.node.decorators else None


def proxied(project: Project, cls: ClassScope, name: str) -> str | None:
    """The relationship that an ``association_proxy`` reads."""
    for ancestor in project.evaluator.ancestors(cls):
        made = defined(ancestor, name)
        if made is not None and (walk.dotted(made[0].func) or "").rpartition(".")[2] == "association_proxy":
            given = walk.argument(made[0], 0, "target_collection")
            return given.value if isinstance(given, Constant) and isinstance(given.value, str) else None
    return None


def is_loaded_column(project: Project, cls: ClassScope | None, name: str) -> bool:
    """Whether a look at an attribute reads a column: of a class that was not read, all but methods are taken to be."""
    if name.startswith("_") or name in ("metadata", "registry", "query"):
        return False
    return cls is None or is_column(project, cls, name)
