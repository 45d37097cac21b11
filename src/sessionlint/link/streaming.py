"""Streaming responses whose generator uses the session of the request."""

from collections.abc import Iterator
from dataclasses import dataclass

from sessionlint.link import kinds, walk
from sessionlint.link.holding import CLOSING_METHODS, parameter_for
from sessionlint.link.project import Project
from sessionlint.link.routes import Injected, injected_sessions, is_route
from sessionlint.link.scopes import FunctionScope, Scope, Site, ValueBinding
from sessionlint.link.sites import sites
from sessionlint.model.facts import Attribute, Call, Comprehension, Name, Term
from sessionlint.model.source import Place

_RESPONSES = frozenset({"StreamingResponse", "EventSourceResponse"})
_PACKAGES = frozenset({"fastapi", "starlette", "sse_starlette"})


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """``place`` is the response; ``body`` what is streamed, in the source's words; ``use`` where it uses the session ``name``."""

    place: Place
    name: str
    body: str
    use: Place
    injected: Injected
    function: FunctionScope


def sessions_streamed(project: Project) -> Iterator[Streamed]:
    """Every ``StreamingResponse(generator)``, and every route that is a generator, that uses a session which FastAPI gave it."""
    for function in project.functions():
        injected = {found.parameter.name: found for found in injected_sessions(project, function)}
        if function.node.is_generator and is_route(function):
            yield from _streaming_route(function, injected)
        for site in sites(function) if injected else ():
            call = site.term
            if not isinstance(call, Call) or not _is_streaming(project, project.kind(call.func, function)):
                continue
            content = walk.argument(call, 0, "content")
            found = _used(project, content, function, injected) if content is not None else None
            if found is not None:
                name, body, use = found
                yield Streamed(site.place, name, body, use, injected[name], function)


def _streaming_route(function: FunctionScope, injected: dict[str, Injected]) -> Iterator[Streamed]:
    """Since FastAPI 0.134 a route may be the generator itself."""
    for name, found in injected.items():
        mention = next(_mentions(function, name), None)
        if mention is not None:
            place = function.module.place(found.parameter.span)
            yield Streamed(place, name, function.node.name, mention.place, found, function)
            return


def _is_streaming(project: Project, callee: kinds.Kind) -> bool:
    match callee:
        case kinds.External(name=dotted):
            return dotted.rpartition(".")[2] in _RESPONSES and dotted.partition(".")[0] in _PACKAGES
        case kinds.ClassKind(cls=cls):
            bases = (base for ancestor in project.evaluator.ancestors(cls) for base in project.evaluator.base_kinds(ancestor))
            return any(isinstance(base, kinds.External) and _is_streaming(project, base) for base in bases)
        case _:
            return False


def _used(
    project: Project, content: Term, function: FunctionScope, injected: dict[str, Injected]
) -> tuple[str, str, Place] | None:
    """(session, what is streamed, where it uses the session) for what a response streams."""
    match content:
        case Name(id=name):
            bindings = function.bindings.get(name, [])
            made = bindings[0] if len(bindings) == 1 else None
            made_of = made.value if isinstance(made, ValueBinding) and not made.path else None
            return _used(project, made_of, function, injected) if isinstance(made_of, Call | Comprehension) else None
        case Comprehension(kind="generator"):
            for term, _ in walk.descend(content):
                if isinstance(term, Name) and term.id in injected:
                    return term.id, "the generator", function.module.place(term.span)
            return None
        case Call(func=func):
            callee = project.kind(func, function)
            if isinstance(callee, kinds.FunctionKind) and callee.function.node.is_generator:
                return _in_generator(project, callee.function, content, function, injected)
            return _in_arguments(project, content, function, injected)
        case _:
            return None


def _in_arguments(
    project: Project, call: Call, function: FunctionScope, injected: dict[str, Injected]
) -> tuple[str, str, Place] | None:
    """``iterate_in_threadpool(rows(db))``: what a wrapper of another library streams."""
    if not isinstance(project.kind(call.func, function), kinds.External):
        return None
    found = (_used(project, given.value, function, injected) for given in call.args)
    return next((streamed for streamed in found if streamed is not None), None)


def _in_generator(
    project: Project, generator: FunctionScope, call: Call, function: FunctionScope, injected: dict[str, Injected]
) -> tuple[str, str, Place] | None:
    body = walk.dotted(call.func) or "the generator"
    for name in injected:
        inside = _name_inside(generator, call, function, name)
        mentions = list(_mentions(generator, inside)) if inside is not None else []
        if mentions and not any(_closes(mention) for mention in mentions):
            return name, body, mentions[0].place
    return None


def _name_inside(generator: FunctionScope, call: Call, function: FunctionScope, name: str) -> str | None:
    """What the generator calls the session: a parameter that gets it, or the name of the function around it."""
    given = next((given.value for given in call.args if isinstance(given.value, Name) and given.value.id == name), None)
    if given is not None:
        return parameter_for(generator, call, given)
    outer: Scope | None = generator.parent
    return name if outer is function and name not in generator.bindings else None


def _mentions(generator: FunctionScope, name: str) -> Iterator[Site]:
    for site in sites(generator):
        if isinstance(site.term, Name) and site.term.id == name:
            yield site


def _closes(mention: Site) -> bool:
    """A generator that closes the session itself leaves nothing open, whenever it runs."""
    return bool(mention.path) and isinstance(mention.path[0], Attribute) and mention.path[0].attr in CLOSING_METHODS
