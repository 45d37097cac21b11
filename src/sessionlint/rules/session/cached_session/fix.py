"""Taking the cache off a function that a session goes into or comes out of."""

from collections.abc import Iterator

from sessionlint.edits.decorators import remove_decorator
from sessionlint.edits.imports import change_imports
from sessionlint.edits.session_arguments import droppable_names
from sessionlint.edits.unread_files import mentions_in_unread
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import gathered
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Await, Call, With
from sessionlint.model.finding import Applicability, Fix
from sessionlint.questions.providers.returned_uses import calls_of
from sessionlint.rules.session.cached_session.search import CachedSession, Flow

# what a cached function has and a plain one has not
_OF_THE_CACHE = frozenset(
    {
        *("cache_clear", "cache_info", "cache_parameters", "cache_close", "cache_invalidate", "cache_key", "cache_lock"),
        *("cache", "clear", "__wrapped__"),
    }
)


def uncached_fix(project: Project, cached: CachedSession) -> Fix | None:
    """Remove the decorator; None where callers rely on the cache, or would be left with a session that nobody closes."""
    if cached.cache == "cached_property" or _is_spoken_to(project, cached):
        return None
    if cached.flow is Flow.RETURNED and not _is_entered_everywhere(project, cached):
        return None
    function, decorator = cached.function, cached.decorator
    source = project.source(function)
    removed = remove_decorator(source, decorator)
    if removed is None:
        return None
    terms = [decorator.func, *(given.term for given in decorator.args)] if isinstance(decorator, Call) else [decorator]
    names = droppable_names(project, function.module, terms)
    imports = change_imports(function.module.facts, source, drop=names, removed=[decorator.span])
    title = f"take the `{cached.cache}` away"
    return Fix(title, (removed, *(imports.edits if imports else ())), Applicability.UNSAFE)


def _is_spoken_to(project: Project, cached: CachedSession) -> bool:
    """Whether somebody asks the function for its cache: ``get_user.cache_clear()``."""
    for found, index in mentions_in_unread(project, cached.function):
        behind = [token.text for token in found[index + 1 : index + 3]]
        if len(behind) == 2 and behind[0] == "." and behind[1] in _OF_THE_CACHE:
            return True
    return bool(_speaking_to_its_cache(project, cached.function))


@gathered
def _speaking_to_its_cache(project: Project, module: ModuleScope, function: FunctionScope) -> Iterator[str]:
    name = function.node.name
    may_speak = project.mentions(module, name) and any(project.mentions(module, each) for each in _OF_THE_CACHE)
    if any(
        isinstance(site.term, Attribute)
        and site.term.attr in _OF_THE_CACHE
        and (walk.dotted(site.term.value) or "").rpartition(".")[2] == name
        for scope in (module.scopes if may_speak else ())
        for site in sites(scope)
    ):
        yield module.path


def _is_entered_everywhere(project: Project, cached: CachedSession) -> bool:
    """Whether there are callers, and each closes the session at the end of a ``with``."""
    found = [_is_entered(site) for site in calls_of(project, cached.function)]
    return bool(found) and all(found) and not _is_handed_on(project, cached)


def _is_entered(site: Site) -> bool:
    value = site.path[0] if site.path and isinstance(site.path[0], Await) else site.term
    return isinstance(site.statement, With) and any(item.context is value for item in site.statement.items)


def _is_handed_on(project: Project, cached: CachedSession) -> bool:
    """Whether it is mentioned elsewhere than in a call: ``Depends(get_session)``, an alias, a file that was not read."""
    if any(True for _ in mentions_in_unread(project, cached.function)):
        return True
    name, path = cached.function.node.name, cached.function.module.path
    files = [path, *project.importers_of_name(path, name)]
    calls = sum(1 for _ in calls_of(project, cached.function))
    mentions = [
        site
        for file in files
        if file in project.modules
        for scope in project.modules[file].scopes
        for site in sites(scope)
        if (walk.dotted(site.term) or "").rpartition(".")[2] == name
    ]
    return len(mentions) != calls
