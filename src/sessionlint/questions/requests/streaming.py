"""Streaming responses whose generator uses the session of the request."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, question, remembered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Comprehension, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.requests.carriers import Carried, carried_sessions
from sessionlint.questions.requests.needs import needs
from sessionlint.questions.requests.routes import Injected, is_route
from sessionlint.questions.sessions.holding import CLOSING_METHODS, parameter_for
from sessionlint.questions.sessions.session_users import sessions_used

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
    parameter: Place


def sessions_streamed(project: Project, module: ModuleScope) -> Iterator[Streamed]:
    """Every ``StreamingResponse(generator)``, and every route that is a generator, that uses a session of the request."""
    for function in module.functions:
        if not needs(project, function):  # nor has it a session of the request
            continue
        streaming = responses(project, function)
        streams_itself = function.node.is_generator and is_route(project, function)
        carried = {found.name: found for found in carried_sessions(project, function)} if streaming or streams_itself else {}
        if streams_itself:
            yield from _streaming_route(function, carried)
        for site in streaming if carried else ():
            assert isinstance(site.term, Call)
            content = walk.argument(site.term, 0, "content")
            found = _Body(project, function, carried, site).use(content) if content is not None else None
            if found is not None:
                yield found


def responses(project: Project, function: FunctionScope) -> Sequence[Site]:
    """The calls in a function that make a response which streams."""
    return _responses(project, function.module).get(function, ())


@question(dict[Scope, list[Site]]())
def _responses(project: Project, module: ModuleScope) -> Mapping[Scope, Sequence[Site]]:
    found: dict[Scope, list[Site]] = defaultdict(list)
    for site in project.calls_of(kinds.External, kinds.ClassKind, within=module):
        if _is_response(project, site):
            found[site.scope].append(site)
    return dict(found)


def streamed_generator(project: Project, function: FunctionScope, response: Site) -> FunctionScope | None:
    """The generator function of the project that a response streams, if it is called there, or bound to a name before."""
    content = walk.argument(response.term, 0, "content") if isinstance(response.term, Call) else None
    if isinstance(content, Name):
        bindings = function.bindings.get(content.id, [])
        content = bindings[0].value if len(bindings) == 1 and isinstance(bindings[0], ValueBinding) else None
    callee = project.kind(content.func, function) if isinstance(content, Call) else kinds.UNKNOWN
    found = callee.function if isinstance(callee, kinds.FunctionKind) else None
    return found if found is not None and found.node.is_generator else None


@gathered
def unread_responses(project: Project, module: ModuleScope) -> Iterator[str]:
    """The files without facts that define what a generator is handed to: a class of the project that streams, perhaps."""
    for site in project.calls_into_unread(module):
        call = site.term
        given = call.args[0].term if isinstance(call, Call) and call.args else None
        if not isinstance(call, Call) or not isinstance(given, Call):
            continue
        callee = project.kind(call.func, site.scope)
        if isinstance(callee, kinds.Unknown) and callee.unread and isinstance(project.kind(given, site.scope), kinds.Generator):
            yield callee.unread


def _streaming_route(function: FunctionScope, carried: dict[str, Carried]) -> Iterator[Streamed]:
    """Since FastAPI 0.134 a route may be the generator itself."""
    for name, found in carried.items():
        mention = next(_mentions(function, name), None)
        if mention is not None:
            yield Streamed(found.place, name, function.node.name, mention.place, found.injected, found.place)
            return


def _is_response(project: Project, site: Site) -> bool:
    return isinstance(site.term, Call) and _is_streaming(project, project.kind(site.term.func, site.scope))


def _is_streaming(project: Project, callee: kinds.Kind) -> bool:
    match callee:
        case kinds.External(name=dotted):
            return dotted.rpartition(".")[2] in _RESPONSES and dotted.partition(".")[0] in _PACKAGES
        case kinds.ClassKind(cls=cls):
            bases = (base for ancestor in project.evaluator.ancestors(cls) for base in project.evaluator.base_kinds(ancestor))
            return any(isinstance(base, kinds.External) and _is_streaming(project, base) for base in bases)
        case _:
            return False


@dataclass(frozen=True, slots=True, eq=False)
class _Body:
    """What the response at ``site`` streams."""

    project: Project
    function: FunctionScope
    carried: dict[str, Carried]
    site: Site

    def use(self, content: Term) -> Streamed | None:
        """Where evaluating ``content`` step by step uses a session of the request."""
        match content:
            case Name(id=name):
                bindings = self.function.bindings.get(name, [])
                made = bindings[0].value if len(bindings) == 1 and isinstance(bindings[0], ValueBinding) else None
                if isinstance(made, Call | Comprehension):
                    return remembered(self.project, ("streams", self.function, self.site, name), None, self.use, made)
            case Comprehension(kind="generator"):
                names = (term for term, _ in walk.descend(content) if isinstance(term, Name) and term.id in self.carried)
                return next((self._found(term.id, "the generator", term) for term in names), None)
            case Call(func=func):
                callee = self.project.kind(func, self.function)
                if isinstance(callee, kinds.FunctionKind) and callee.function.node.is_generator:
                    return self._in_generator(callee.function, content)
                if isinstance(callee, kinds.External):  # `iterate_in_threadpool(rows(db))`
                    return next((found for given in content.args if (found := self.use(given.term)) is not None), None)
        return None

    def _in_generator(self, generator: FunctionScope, call: Call) -> Streamed | None:
        body = walk.dotted(call.func) or "the generator"
        for name in self.carried:
            inside = _name_inside(generator, call, self.function, name)
            mentions = list(_mentions(generator, inside)) if inside is not None else []
            if mentions and not any(_closes(mention) for mention in mentions):
                return self._found(name, body, mentions[0].term, generator)
        kept = sessions_used(self.project, call, self.site, sync=True)
        return next((self._found(name, body, call) for name in self.carried if "." in name and name in kept), None)

    def _found(self, name: str, body: str, term: Term, scope: FunctionScope | None = None) -> Streamed:
        use = (scope or self.function).module.place(term.span)
        return Streamed(self.site.place, name, body, use, self.carried[name].injected, self.carried[name].place)


def _name_inside(generator: FunctionScope, call: Call, function: FunctionScope, name: str) -> str | None:
    """What the generator calls the session: a parameter that gets it, or the name of the function around it."""
    given = next((given.term for given in call.args if isinstance(given.term, Name) and given.term.id == name), None)
    if "." in name:
        return None
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
