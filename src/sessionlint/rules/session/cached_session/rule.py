"""SES306 cached-session: ``@lru_cache`` on a function that returns, yields or takes a session.

Why: a cached session is a global one: shared by all callers, closed by none. A cached generator is exhausted after its
first use. A session among the arguments is part of the key: no call ever hits the cache, and every session stays alive.

Fix safety: unsafe; without the decorator every call runs the function. For a function that returns a session it is offered
only where every caller closes what it gets.
"""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.finding import Finding, Related
from sessionlint.rules.session.cached_session import RULE
from sessionlint.rules.session.cached_session.search import CachedSession, Flow, cached_sessions


def check(project: Project, module: ModuleScope) -> Iterator[Finding]:
    for cached in cached_sessions(project, module):
        from sessionlint.rules.session.cached_session.fix import uncached_fix

        yield RULE.finding(
            cached.place,
            _message(cached),
            related=(Related(cached.function.place, "the function that is cached"),),
            help=_help(cached),
            fix=uncached_fix(project, cached),
        )


def _message(cached: CachedSession) -> str:
    name, every = cached.function.node.name, f"`{cached.cache}` gives every caller of `{cached.function.node.name}` the same"
    match cached.flow:
        case Flow.RETURNED if cached.cache == "cached_property":
            return f"the object keeps the session of `{name}` and never closes it: its connection stays checked out"
        case Flow.RETURNED:
            return f"{every} session: one failed flush or rollback hits all of them"
        case Flow.GENERATED:
            return f"{every} generator: it yields its session once, the second use fails"
        case Flow.TAKEN:
            key = f"the session `{cached.parameter}` is part of the key"
            return f"{key}: `{name}` never hits its cache, which keeps every session alive"


def _help(cached: CachedSession) -> str:
    if cached.flow is Flow.TAKEN:
        return "cache what the function computes by plain values, outside of the session"
    return "cache the engine or the factory, not the session"
