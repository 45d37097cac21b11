"""From ``create_engine("postgresql://db/app?pool_size=20")`` to ``create_engine("postgresql://db/app", pool_size=20)``."""

from collections.abc import Sequence

from sessionlint.edits.arguments import add_arguments
from sessionlint.link.names.scopes import Scope
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.link.values.known_names import QUEUE_POOL_ARGUMENTS
from sessionlint.model import walk
from sessionlint.model.facts import Call, Constant, Name, Term
from sessionlint.model.finding import Applicability, Fix
from sessionlint.questions.engines.urls import EngineUrl, only_value
from sessionlint.rules.engine.pool_options_in_url.url_query import Option, UrlText

_NUMBERS = frozenset({"pool_size", "max_overflow", "pool_timeout", "pool_recycle"})
_SWITCHES = frozenset({"pool_pre_ping", "pool_use_lifo", "echo", "echo_pool"})
_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "on"), "True"),
    **dict.fromkeys(("false", "0", "no", "off"), "False"),
    "debug": '"debug"',
}


def pool_options_fix(project: Project, url: EngineUrl, names: Sequence[str]) -> Fix | None:
    """Move the options ``names`` from the URL to the engine; None where one cannot be read, or the engine might refuse it."""
    call = url.site.term
    assert isinstance(call, Call)
    source = project.source(url.site.scope)
    scope = _read_by_this_engine_only(project, url)
    if scope is None or not _takes(project, url, call, names):
        return None
    text = UrlText(source, url.term.span)
    found = [option for name in names for option in text.options(name)]
    if [option.name for option in found] != list(names) or not text.joins_only_strings():
        return None
    given = {one.keyword for one in call.args}
    written = []
    for option in found:
        value = _value(project, option, url, is_here=scope is url.site.scope)
        if value is None:
            return None
        written += [f"{option.name}={value}"] if option.name not in given else []
    shortened = text.without(found)
    added = add_arguments(source, call, written) if written else ()
    if shortened is None or added is None:
        return None
    return Fix("give the pool its options as arguments", (*shortened, *added), Applicability.UNSAFE)


def _read_by_this_engine_only(project: Project, url: EngineUrl) -> Scope | None:
    """The scope in which the URL is written, when the URL is certain and nothing but this engine uses its text."""
    call, scope = url.site.term, url.site.scope
    assert isinstance(call, Call)
    given: Term | None = walk.argument(call, 0, "url")
    if isinstance(given, Call):  # make_url("...")
        callee = project.kind(given.func, scope)
        if not isinstance(callee, kinds.External) or not callee.name.endswith("make_url") or len(given.args) != 1:
            return None
        given = given.args[0].term
    if given is url.term:
        return scope
    if not isinstance(given, Name):
        return None
    binding, home = only_value(project, given.id, scope), project.evaluator.home(given.id, scope)
    if binding is None or binding.value is not url.term or home is None:
        return None
    if home is home.module and project.importers_of_name(home.module.path, given.id):
        return None
    mentions = [
        site.term
        for inner in home.module.scopes
        for site in sites(inner)
        if isinstance(site.term, Name) and site.term.id == given.id
    ]
    return binding.scope if len(mentions) == 2 else None  # the assignment and the engine


def _takes(project: Project, url: EngineUrl, call: Call, names: Sequence[str]) -> bool:
    """Whether the pool that the engine will have takes the options as arguments."""
    if any(given.star or given.keyword in ("pool", "creator") for given in call.args):
        return False
    if not QUEUE_POOL_ARGUMENTS.intersection(names):
        return True
    chosen = walk.argument(call, None, "poolclass")
    if chosen is not None:
        return (walk.dotted(chosen) or "").rpartition(".")[2] in ("QueuePool", "AsyncAdaptedQueuePool")
    if not (url.drivername or "").startswith("sqlite"):
        return True
    newest = project.targets.sqlalchemy  # 1.4 and, up to 2.0.37, aiosqlite have another pool for files
    return not url.is_memory and url.drivername != "sqlite+aiosqlite" and (newest is None or newest >= (2, 0))


def _value(project: Project, option: Option, url: EngineUrl, *, is_here: bool) -> str | None:
    """The option as Python writes it; None for a value that cannot be told."""
    read = [value for name, value in url.query if name == option.name]
    if option.value.startswith("{"):
        return _expression(project, option.value[1:-1], url.site.scope) if is_here and option.name in _NUMBERS else None
    if read != [option.value]:
        return None
    if option.name in _NUMBERS:
        return option.value if option.value.lstrip("-").isdecimal() and option.value.isascii() else None
    if option.name in _SWITCHES:
        word = _WORDS.get(option.value.lower())
        return None if word == '"debug"' and not option.name.startswith("echo") else word
    return None


def _expression(project: Project, written: str, scope: Scope) -> str:
    """What stood between braces, as a number: it may be text, as settings from the environment are."""
    binding = only_value(project, written, scope)
    value = binding.value if binding is not None else None
    return written if isinstance(value, Constant) and type(value.value) is int else f"int({written})"
