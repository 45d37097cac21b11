"""What a person should know of a project in which less is found than there may be: what is not there, and what is not seen."""

import re
import sys
from collections.abc import Container, Iterable, Iterator

from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Import, ModuleFacts

_LIBRARIES = ("sqlalchemy", "sqlmodel")
# other libraries' sessions are none of ours
_OTHERS = frozenset(
    {
        *("aioboto3", "aiobotocore", "aiohttp", "boto3", "botocore", "cassandra", "curl_cffi", "django", "duckdb", "flask_session"),
        *("httpx", "keystoneauth1", "ldap3", "mcp", "motor", "neo4j", "niquests", "nox", "onnxruntime", "openstack", "pymongo"),
        *("pyspark", "requests", "requests_oauthlib", "requests_html", "snowflake", "streamlit", "tensorflow", "torch"),
    }
)
_GIVES_SESSIONS = re.compile(
    r"(?:a?get|make|create|new|open|provide|begin|managed)(?:_?(?:async|sync|db|database|sql|orm|scoped|local))*_?(?:session|db)"
    r"|(?:\w*_)?session_?(?:local|factory|scope|maker)|(?:db|database|sql|orm)_session",
    re.IGNORECASE,
)
_MOST_NAMED = 3


def remarks(project: Project, scope: Container[str], vouched: Container[str]) -> Iterator[str]:
    """A line for each; ``scope`` holds the files that somebody asked about, ``vouched`` the words that the settings explain."""
    modules = [*project.facts.values()]
    if not any(_is_library(each) for module in modules for each in _imports(module)):
        if any(module.skipped is None for module in modules):
            yield "no file of this project imports SQLAlchemy: there is nothing that sessionlint looks for"
        return
    if names := sorted(set(_unseen(project, (module for module in modules if module.path in scope), vouched))):
        yield _told(names)


def _told(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    what = "1 name is" if len(names) == 1 else f"{len(names):,} names are"
    return (
        f"{what} imported from where sessionlint cannot look: {', '.join(names[:_MOST_NAMED])}{more}; "
        "what gives sessions can be named in session-factories or session-providers"
    )


def _unseen(project: Project, modules: Iterable[ModuleFacts], vouched: Container[str]) -> Iterator[str]:
    """Names that read as if they gave sessions, and that come from modules which are not part of the project."""
    for module in modules:
        for statement in _imports(module):
            source = statement.module
            if source is None or _is_known(source, statement.level):
                continue
            names = [alias.name for alias in statement.names if _GIVES_SESSIONS.fullmatch(alias.name)]
            if names and project.layout.resolve(module.path, source, statement.level) is None:
                yield from (f"{'.' * statement.level}{source}.{name}" for name in names if name not in vouched)


def _is_known(module: str, level: int) -> bool:
    """Whether nobody has to tell what the module's sessions are."""
    top = module.partition(".")[0]
    return not level and (top in _OTHERS or top in sys.stdlib_module_names or _is_of_library(top))


def _is_library(statement: Import) -> bool:
    modules = [alias.name for alias in statement.names] if statement.module is None else [statement.module]
    return not statement.level and any(_is_of_library(module.partition(".")[0]) for module in modules)


def _is_of_library(top: str) -> bool:
    """Also what is built on one: ``flask_sqlalchemy``, ``sqlalchemy_utils``."""
    return any(library in top.lower() for library in _LIBRARIES)


def _imports(module: ModuleFacts) -> Iterator[Import]:
    return (statement for statement in walk.statements(module.body) if isinstance(statement, Import))
