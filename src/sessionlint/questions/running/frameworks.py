"""What frameworks run again and again: Flask's asynchronous views, the handlers of AWS Lambda, the pages of Streamlit."""

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, ParameterBinding, Scope, enclosing_function
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Import, Name, Term
from sessionlint.questions.references.definitions import written_for

_FLASK = frozenset({"Flask", "Blueprint"})
_OF_FLASK = frozenset(
    {
        *("route", "get", "post", "put", "delete", "patch", "errorhandler", "app_errorhandler"),
        *("before_request", "after_request", "teardown_request", "before_app_request", "after_app_request"),
    }
)
_HANDLER = (frozenset({"event", "_event", "evt"}), frozenset({"context", "_context", "ctx", "_"}))


def is_async_flask_view(project: Project, function: FunctionScope) -> bool:
    """An ``async def`` that Flask calls: each time on an event loop of its own (asgiref's ``async_to_sync``)."""
    if not function.node.is_async:
        return False
    outside = function.parent or function.module
    callees = [term.func if isinstance(term, Call) else term for term in function.node.decorators]
    registering = [callee for callee in callees if isinstance(callee, Attribute) and callee.attr in _OF_FLASK]
    return any(_is_flask(project, callee.value, outside) for callee in registering)


def _is_flask(project: Project, term: Term, scope: Scope) -> bool:
    """``app = Flask(...)``, ``blueprint = Blueprint(...)``, ``def register(app: Flask)``."""
    home = project.evaluator.home(term.id, scope) if isinstance(term, Name) else None
    match home.bindings[term.id] if home is not None and isinstance(term, Name) else ():
        case [ParameterBinding(function=function, parameter=parameter)] if parameter.annotation is not None:
            cls = project.kind(parameter.annotation, function)
        case _:
            made = written_for(project, term, scope)
            cls = project.kind(made[0].func, made[1]) if made is not None and isinstance(made[0], Call) else kinds.UNKNOWN
    return isinstance(cls, kinds.External) and cls.name.partition(".")[0] == "flask" and cls.name.rpartition(".")[2] in _FLASK


def is_lambda_handler(function: FunctionScope) -> bool:
    """``def lambda_handler(event, context)``: a process of AWS Lambda calls it again and again."""
    names = [parameter.name for parameter in function.node.params]
    return (
        function.parent is function.module
        and "handler" in function.node.name.lower()
        and len(names) == 2
        and all(name in known for name, known in zip(names, _HANDLER, strict=True))
    )


def is_rerun(project: Project, scope: Scope) -> bool:
    """Whether Streamlit runs the code of ``scope`` with each click: a page, or a function of a module that draws pages."""
    module = scope.module
    if not imports_package(module, "streamlit"):
        return False
    return enclosing_function(scope) is not None or module.path not in project.importers.imported()


def imports_package(module: ModuleScope, package: str) -> bool:
    """Whether a module imports anything of a package, anywhere in it."""
    return any(
        isinstance(statement, Import) and not statement.level and _packages(statement) & {package}
        for statement in walk.statements(module.body)
    )


def _packages(statement: Import) -> set[str]:
    names = [statement.module] if statement.module else [alias.name for alias in statement.names]
    return {name.partition(".")[0] for name in names}
