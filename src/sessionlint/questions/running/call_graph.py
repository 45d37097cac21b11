"""Which calls of the project run which of its functions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call


def calls_by_function(project: Project) -> Mapping[FunctionScope, Sequence[Site]]:
    """The calls of each function of the project, in their order; a class's are those of its ``__init__``."""
    return dict(_by_function(project))


@collected
def _by_function(project: Project) -> Iterator[tuple[FunctionScope, Sequence[Site]]]:
    found: dict[FunctionScope, list[Site]] = defaultdict(list)
    for site in project.calls_of(kinds.FunctionKind, kinds.ClassKind):
        function = called_function(project, site.term, site) if isinstance(site.term, Call) else None
        if function is not None:
            found[function].append(site)
    yield from found.items()


def called_function(project: Project, call: Call, site: Site) -> FunctionScope | None:
    """The function of the project that ``call`` runs: a plain function, a method, or a class's ``__init__``."""
    match project.kind(call.func, site.scope):
        case kinds.FunctionKind(function=function):
            return function
        case kinds.ClassKind(cls=cls):
            init = project.evaluator.instance_attribute(cls, "__init__")
            return init.function if isinstance(init, kinds.FunctionKind) else None
        case _:
            return None
