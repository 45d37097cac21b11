"""Streams that may go on for ever, and the sessions that keep a connection meanwhile without being asked anything."""

from collections.abc import Iterator, Sequence

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import postings
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Constant, Name, While, With, Yield
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.requests.routes import Injected, injected_sessions
from sessionlint.questions.requests.streaming import responses, streamed_generator

# behind these the session has no connection
_ENDS = frozenset({"close", "aclose", "commit", "rollback", "begin", "reset", "invalidate"})


@dataclass(frozen=True, slots=True, eq=False)
class IdleSession:
    """``name`` keeps its connection while ``body`` is sent. ``place`` is the response, or where the body opens it itself, then
    ``injected`` is None. ``endless``: the body says that it goes on for ever."""

    place: Place
    name: str
    body: str
    use: Place
    injected: Injected | None
    endless: bool


def idle_sessions(project: Project, module: ModuleScope) -> Iterator[IdleSession]:
    """Every session of a module that keeps a connection while an endless stream is sent."""
    found = _idle_sessions(project, module.path)
    yield from (one for one in found if one.injected is not None)
    opened: dict[Place, IdleSession] = {}
    for one in found:
        if one.injected is None:
            opened.setdefault(one.place, one)
    yield from opened.values()


@postings
def _idle_sessions(project: Project, module: ModuleScope) -> Iterator[tuple[str, IdleSession]]:
    """Those of the streams that a module sends, also where a body that stands elsewhere opens them."""
    for function in module.functions if project.mentions(module, "Response") else ():
        for site in responses(project, function):
            generator = streamed_generator(project, function, site)
            if generator is None:
                continue
            loops = _endless_loops(generator)
            if loops or _is_event_stream(site):
                injected = _of_request(project, function, site, generator, endless=bool(loops))
                yield from ((module.path, found) for found in injected)
            yield from ((generator.module.path, found) for found in _opened_around(project, generator, loops))


def _is_event_stream(site: Site) -> bool:
    assert isinstance(site.term, Call)
    media = walk.argument(site.term, None, "media_type")
    says_so = isinstance(media, Constant) and media.value == "text/event-stream"
    return says_so or (walk.dotted(site.term.func) or "").endswith("EventSourceResponse")


def _endless_loops(generator: FunctionScope) -> Sequence[While]:
    """The loops of a generator that yield until somebody leaves them: ``while True:``."""
    loops = [statement for statement in walk.statements(generator.body) if isinstance(statement, While)]
    endless = [loop for loop in loops if isinstance(loop.test, Constant) and loop.test.value in (True, 1)]
    yielding = [site.statement.span for site in sites(generator) if isinstance(site.term, Yield)]
    return [loop for loop in endless if any(loop.span.contains(span) for span in yielding)]


def _of_request(
    project: Project, function: FunctionScope, response: Site, generator: FunctionScope, *, endless: bool
) -> Iterator[IdleSession]:
    """The sessions of the request that the route has asked something, has not ended, and does not hand to the body."""
    for injected in injected_sessions(project, function):
        name = injected.parameter.name
        mentions = [site for site in sites(function) if isinstance(site.term, Name) and site.term.id == name]
        asked = next((site for site in mentions if site.path and response.term not in site.path), None)
        if asked is None or any(response.term in site.path for site in mentions) or _mentions(generator, name):
            continue
        if not any(_ends(site) for site in mentions):
            yield IdleSession(response.place, name, generator.node.name, asked.place, injected, endless)


def _mentions(generator: FunctionScope, name: str) -> bool:
    return any(isinstance(site.term, Name) and site.term.id == name for site in sites(generator))


def _ends(site: Site) -> bool:
    outer = site.path[0] if site.path else None
    return (isinstance(outer, Attribute) and outer.attr in _ENDS) or (outer is None and isinstance(site.statement, With))


def _opened_around(project: Project, generator: FunctionScope, loops: Sequence[While]) -> Iterator[IdleSession]:
    """The sessions that a body opens around its endless loop, and asks something, without ever ending their transaction."""
    for statement in generator.withs if loops else ():
        for item in statement.items:
            name = item.target.id if isinstance(item.target, Name) else None
            loop = next((loop for loop in loops if statement.span.contains(loop.span)), None)
            if name is None or loop is None or not isinstance(item.context, Call):
                continue
            mentions = [site for site in sites(generator) if isinstance(site.term, Name) and site.term.id == name and site.path]
            is_session = isinstance(project.evaluator.name_kind(name, generator), kinds.Session)
            if is_session and mentions and not any(_ends(site) for site in mentions):
                place = generator.module.place(item.context.span)
                yield IdleSession(place, name, generator.node.name, mentions[0].place, None, endless=True)
