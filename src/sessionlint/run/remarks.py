"""What a person should know of a project in which less is found than there may be: what is not there, and what is not seen."""

import re
import sys
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from sessionlint.link.names.scopes import ImportBinding, ModuleScope
from sessionlint.link.project import Project
from sessionlint.model.outcome import Remarks
from sessionlint.model.regex import regex
from sessionlint.questions.inventory.frameworks import imports_of

_LIBRARIES = ("sqlalchemy", "sqlmodel")
# other libraries' sessions are none of ours
_OTHERS = frozenset(
    {
        *(
            "aioboto3",
            "aiobotocore",
            "aiohttp",
            "boto3",
            "botocore",
            "cassandra",
            "curl_cffi",
            "django",
            "duckdb",
            "flask_session",
        ),
        *("httpx", "keystoneauth1", "ldap3", "mcp", "motor", "neo4j", "niquests", "nox", "onnxruntime", "openstack", "pymongo"),
        *("pyspark", "requests", "requests_oauthlib", "requests_html", "snowflake", "streamlit", "tensorflow", "torch"),
    }
)
_GIVES_SESSIONS = regex(
    r"(?:a?get|make|create|new|open|provide|begin|managed)(?:_?(?:async|sync|db|database|sql|orm|scoped|local))*_?(?:session|db)"
    r"|(?:\w*_)?session_?(?:local|factory|scope|maker)|(?:db|database|sql|orm)_session",
    re.IGNORECASE,
)
_MOST_NAMED = 3


def remarks_on(project: Project, vouched: Container[str]) -> Remarks:
    """``vouched`` are the words that the settings explain."""
    modules = [*project.modules.values(), *project.outlines]
    return Remarks(
        bool(modules),
        any(module.facts.problem or module.facts.failure for module in modules),
        any(_is_library(each) for module in modules for each in imports_of(module)),
        _unseen(project, modules, vouched),
    )


def joined_remarks(remarks: Sequence[Remarks]) -> Remarks:
    """Those on parts of a project as one."""
    unseen = {path: names for each in remarks for path, names in each.unseen.items()}
    return Remarks(
        any(each.files for each in remarks), any(each.unread for each in remarks), any(each.library for each in remarks), unseen
    )


def in_words(remarks: Remarks, scope: Container[str]) -> Iterator[str]:
    """A line for each; ``scope`` holds the files that somebody asked about."""
    if not remarks.library:
        if remarks.files and not remarks.unread:
            yield "no file of this project imports SQLAlchemy: there is nothing that sessionlint looks for"
    elif names := _unseen_in(remarks.unseen, scope):
        yield _told(names)


def unseen_names(project: Project, scope: Container[str], vouched: Container[str]) -> list[str]:
    """What is imported from where nobody can look, and reads as if it gave sessions: dotted names, as they are written."""
    return _unseen_in(_unseen(project, [*project.modules.values(), *project.outlines], vouched), scope)


def _unseen_in(unseen: Mapping[str, Sequence[str]], scope: Container[str]) -> list[str]:
    return sorted({name for path, names in unseen.items() if path in scope for name in names})


def _told(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    what = "1 name is" if len(names) == 1 else f"{len(names):,} names are"
    return (
        f"{what} imported from where sessionlint cannot look: {', '.join(names[:_MOST_NAMED])}{more}; "
        "what gives sessions can be named in session-factories or session-providers"
    )


def _unseen(project: Project, modules: Iterable[ModuleScope], vouched: Container[str]) -> Mapping[str, tuple[str, ...]]:
    """Names that read as if they gave sessions, and that come from modules which are not part of the project, by file."""
    told: dict[str, bool] = {}  # the same names are imported again and again
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for module in modules:
        for each in imports_of(module):
            name = each.name
            if name is None:
                continue
            if name not in told:
                told[name] = name not in vouched and _GIVES_SESSIONS.fullmatch(name) is not None
            if told[name] and not _is_known(each.module, each.level) and not _is_seen(project, module, each):
                found[module.path][f"{'.' * each.level}{each.module}.{name}"] = None
    return {path: tuple(names) for path, names in found.items()}


def _is_seen(project: Project, module: ModuleScope, binding: ImportBinding) -> bool:
    return project.layout.resolve(module.path, binding.module, binding.level) is not None


def _is_known(module: str, level: int) -> bool:
    """Whether nobody has to tell what the module's sessions are."""
    top = module.partition(".")[0]
    return not level and (top in _OTHERS or top in sys.stdlib_module_names or _is_of_library(top))


def _is_library(binding: ImportBinding) -> bool:
    return not binding.level and _is_of_library(binding.module.partition(".")[0])


def _is_of_library(top: str) -> bool:
    """Also what is built on one: ``flask_sqlalchemy``, ``sqlalchemy_utils``."""
    return any(library in top.lower() for library in _LIBRARIES)
