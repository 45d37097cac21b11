"""What a process runs until it ends: an application, or a function that an event loop is started for."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import FunctionScope, ImportBinding, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Collection, Constant, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.role import Role
from sessionlint.model.source import Place, Span
from sessionlint.questions.references.outlines import outlines_with
from sessionlint.questions.running.lifespans import lifespan_functions

_APPLICATIONS = (
    *("fastapi.FastAPI", "fastapi.applications.FastAPI", "starlette.applications.Starlette", "litestar.Litestar"),
    *("litestar.app.Litestar", "aiohttp.web.Application", "quart.Quart", "sanic.Sanic"),
)
_PACKAGES = ("fastapi", "starlette", "litestar")
_BUILDS = ("FastAPI(", "Starlette(", "Litestar(")
_BUILT = regex(r"(?<![\w.])(?:fastapi\.)?(?:FastAPI|Starlette|Litestar)\(")
_LISTS = ("on_cleanup", "on_shutdown", "cleanup_ctx")  # of aiohttp's applications
_ENDS = ("shutdown", "after_server_stop")
_SIGNALS = ("worker_process_shutdown", "worker_shutdown", "worker_process_init", "worker_init")
_LOOPS = ("asyncio.run", "anyio.run", "uvloop.run")


@dataclass(frozen=True, slots=True)
class Process:
    """``place`` tells where it begins or ends, ``told`` what that is. ``rank`` 0 speaks most clearly of an end."""

    place: Place
    told: str
    rank: int
    end: str = "when the application stops"


@collected
def processes(project: Project) -> Iterator[Process]:
    """Those of the project, of tests and migrations none."""
    for function in lifespan_functions(project):
        yield Process(function.place, "this lifespan ends without it", 0)
    yield from _processes(project)
    for path in sorted({path for builds in _BUILDS for path in outlines_with(project, builds)}):
        outline = project.outline(path)
        if outline is not None and _counts(project, outline):
            yield from _of_outline(project, outline)


def _counts(project: Project, module: ModuleScope) -> bool:
    return project.role(module) not in (Role.TEST, Role.MIGRATION, Role.STUB)


@gathered
def _processes(project: Project, module: ModuleScope) -> Iterator[Process]:
    if _counts(project, module):
        yield from _of_module(project, module)


def _of_module(project: Project, module: ModuleScope) -> Iterator[Process]:
    for function in module.functions:
        if _is_hook(function):
            yield Process(function.place, "this runs when the application stops", 1)
        elif _is_worker_signal(function):
            yield Process(function.place, "this runs in each worker", 1, "when a worker stops")
    for site in module.calls_named(("append", "add_event_handler", "register_listener")):
        registered = _registered(project, site)
        if registered is not None:
            yield Process(registered.place, "this runs when the application stops", 1)
    for site in project.calls_of_external(*_APPLICATIONS, within=module):
        for function in _given_hooks(project, site):
            yield Process(function.place, "this runs when the application stops", 1)
        yield Process(site.place, "this application ends without it", 2)
    for site in project.calls_of_external(*_LOOPS, within=module):
        main = _main(project, site)
        if main is not None:
            yield Process(main.place, "this ends without it", 3, f"when `{main.node.name}` ends")


def _is_hook(function: FunctionScope) -> bool:
    """``@app.on_event("shutdown")``, ``@app.listener("after_server_stop")``, Quart's ``@app.after_serving``."""
    for term in function.node.decorators:
        match term:
            case Call(func=Attribute(attr="on_event" | "listener"), args=(first, *_)):
                if isinstance(first.term, Constant) and first.term.value in _ENDS:
                    return True
            case Attribute(attr="after_serving" | "after_server_stop"):
                return True
    return False


def _is_worker_signal(function: FunctionScope) -> bool:
    """``@worker_process_shutdown.connect``, of Celery."""
    callees = [term.func if isinstance(term, Call) else term for term in function.node.decorators]
    dotted = [walk.dotted(callee) or "" for callee in callees]
    return any(name.rpartition(".")[0].endswith(_SIGNALS) and name.endswith(".connect") for name in dotted)


def _registered(project: Project, site: Site) -> FunctionScope | None:
    """``app.on_cleanup.append(f)``, ``app.add_event_handler("shutdown", f)``."""
    match site.term:
        case Call(func=Attribute(value=Attribute(attr=name), attr="append"), args=(given,)) if name in _LISTS:
            return _function(project, given.term, site)
        case Call(func=Attribute(), args=(first, second, *_)):
            terms = (first.term, second.term)
            ends = [term for term in terms if isinstance(term, Constant) and term.value in _ENDS]
            others = [term for term in terms if not isinstance(term, Constant)]
            return _function(project, others[0], site) if ends and others else None
        case _:
            return None


def _given_hooks(project: Project, site: Site) -> Iterator[FunctionScope]:
    """What an application is built with: ``on_shutdown=[f]``, Litestar's ``lifespan=[f]``."""
    assert isinstance(site.term, Call)
    for keyword in ("on_shutdown", "lifespan"):
        given = walk.argument(site.term, None, keyword)
        for item in given.items if isinstance(given, Collection) else ():
            function = _function(project, item, site)
            if function is not None:
                yield function


def _function(project: Project, term: Term, site: Site) -> FunctionScope | None:
    kind = project.kind(term, site.scope) if isinstance(term, Name | Attribute) else None
    return kind.function if isinstance(kind, kinds.FunctionKind) else None


def _main(project: Project, site: Site) -> FunctionScope | None:
    given = walk.argument(site.term, 0, "main") if isinstance(site.term, Call) else None
    return _function(project, given.func if isinstance(given, Call) else given, site) if given is not None else None


def _of_outline(project: Project, outline: ModuleScope) -> Iterator[Process]:
    """A file that speaks of no session, and was not read, can build the application all the same."""
    imported = {
        binding.module.partition(".")[0]
        for each in outline.bindings.values()
        for binding in each
        if isinstance(binding, ImportBinding)
    }
    match = _BUILT.search(project.sources[outline.path].text) if imported & {*_PACKAGES} else None
    if match is not None:
        yield Process(Place(outline.path, Span(*match.span())), "this application ends without it", 2)
