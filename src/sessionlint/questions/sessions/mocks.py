"""Sessions that are none: mocks under a session's annotation, made in place or by a fixture of pytest."""

from sessionlint.link.names.functions import return_values, yields
from sessionlint.link.names.scopes import Binding, FunctionScope, ParameterBinding, Scope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Call, Name, Term
from sessionlint.model.role import Role
from sessionlint.questions.injection.fixtures import fixture_name, fixtures_for

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
                fixture_name(fixture) == parameter.name and fixture is not function and _gives_mock(fixture)
                for fixture in fixtures_for(project, function)
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
