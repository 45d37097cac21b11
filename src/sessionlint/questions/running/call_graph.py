"""Which calls of the project run which of its functions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sessionlint.link.answers import answered_once
from sessionlint.link.names.scopes import FunctionScope, Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.questions.engines.engines import called_function


def calls_by_function(project: Project) -> Mapping[FunctionScope, Sequence[Site]]:
    """The calls of each function of the project, in their order; a class's are those of its ``__init__``."""
    return dict(_by_function(project))


@answered_once
def _by_function(project: Project) -> Iterator[tuple[FunctionScope, Sequence[Site]]]:
    found: dict[FunctionScope, list[Site]] = defaultdict(list)
    for site in project.calls_of(kinds.FunctionKind, kinds.ClassKind):
        function = called_function(project, site.term, site) if isinstance(site.term, Call) else None
        if function is not None:
            found[function].append(site)
    yield from found.items()
