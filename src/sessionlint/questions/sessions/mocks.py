"""Sessions that are none: mocks under a session's annotation, made in place or by a fixture of pytest."""

from collections.abc import Iterator

from sessionlint.link.names.functions import return_values, yields
from sessionlint.link.names.scopes import Binding, FunctionScope, ModuleScope, ParameterBinding, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Name, Term
from sessionlint.model.role import Role

_MOCKS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock", "create_autospec"})


def is_mock(project: Project, name: str, scope: Scope) -> bool:
    """Whether the session that goes by ``name`` (dotted) in ``scope`` is a mock."""
    root, _, attribute = name.partition(".")
    if not attribute:
        return _is_made_of_mocks(project, root, scope)
    owner = project.evaluator.name_kind(root, scope)
    if not isinstance(owner, kinds.Instance):
        return False
    bindings = [binding for cls in project.evaluator.ancestors(owner.cls) for binding in cls.attributes.get(attribute, ())]
    return any(_is_mocked(project, binding) for binding in bindings)


def _is_made_of_mocks(project: Project, name: str, scope: Scope) -> bool:
    home = project.evaluator.home(name, scope)
    return home is not None and any(_is_mocked(project, binding) for binding in home.bindings[name])


def _is_mocked(project: Project, binding: Binding) -> bool:
    match binding:
        case ValueBinding(value=value) if value is not None:
            return _makes_mock(value)
        case ParameterBinding(parameter=parameter, function=function):
            return project.role(function.module) is Role.TEST and any(
                fixture.node.name == parameter.name and fixture is not function and _gives_mock(fixture)
                for fixture in _fixtures_for(project, function)
            )
        case _:
            return False


def _makes_mock(value: Term) -> bool:
    """``AsyncMock(spec=AsyncSession)``, ``mocker.Mock()``."""
    return isinstance(value, Call) and (walk.dotted(value.func) or "").rpartition(".")[2] in _MOCKS


def _gives_mock(fixture: FunctionScope) -> bool:
    given = [*return_values(fixture), *(term.value for term in yields(fixture) if term.value is not None)]
    named = (binding for value in given if isinstance(value, Name) for binding in fixture.bindings.get(value.id, ()))
    values = (binding.value for binding in named if isinstance(binding, ValueBinding) and binding.value is not None)
    return any(map(_makes_mock, (*given, *values)))


def _fixtures_for(project: Project, test: FunctionScope) -> Iterator[FunctionScope]:
    """The fixtures that pytest finds for a test: those of its module, and of every ``conftest.py`` above it."""
    folder = test.module.path
    paths = [folder]
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        paths.append(f"{folder}/conftest.py")
    modules = (project.modules[path] for path in (*paths, "conftest.py") if path in project.modules)
    return (fixture for module in modules for fixture in _fixtures_of(project, module))


@collected
def _fixtures_of(project: Project, module: ModuleScope) -> Iterator[FunctionScope]:
    for function in module.functions:
        decorators = [term.func if isinstance(term, Call) else term for term in function.node.decorators]
        if any((walk.dotted(term) or "").rpartition(".")[2] == "fixture" for term in decorators):
            yield function
