"""With how many processes and threads a project is started, read off the files that usually say so.

What is found is a hint for a report: a pattern in a line, which a variable or another file may overrule.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sessionlint.model.deployment import Concurrency
from sessionlint.model.regex import regex
from sessionlint.model.source import Source
from sessionlint.run.files.bounded import read_regular
from sessionlint.run.files.limits import DEPLOYMENT, DEPLOYMENT_LINE

_FILES = (
    "Procfile",
    "Dockerfile",
    *(f"{name}.{suffix}" for name in ("compose", "docker-compose") for suffix in ("yml", "yaml")),
    *("gunicorn.conf.py", "gunicorn_conf.py", "start.sh", "entrypoint.sh", "docker-entrypoint.sh", "fly.toml", "render.yaml"),
    *("Makefile", "supervisord.conf", "uwsgi.ini"),
)
_SERVERS = regex(r"\b(?:gunicorn|uvicorn|hypercorn|granian|fastapi run|celery|uwsgi)\b")
_OPTIONS = {
    "workers": regex(r"""(?:--workers|--web-concurrency|\s-w)["',\s=]+(\d{1,4})\b"""),
    "threads": regex(r"""(?:--threads|--blocking-threads)["',\s=]+(\d{1,4})\b"""),
}
_CELERY = regex(r"""(?:--concurrency|\s-c)["',\s=]+(\d{1,4})\b""")
_VARIABLE = regex(r"""\bWEB_CONCURRENCY["']?\s*[:=]\s*["']?(\d{1,4})\b""")
_SETTINGS = {
    "workers": regex(r"^(?:workers|processes)\s*=\s*(\d{1,4})\b"),
    "threads": regex(r"^threads\s*=\s*(\d{1,4})\b"),
}
_INSIDE = r"\((?:[^()]|\([^()]{0,200}\)){0,600}?"  # of a call, up to an argument of its own
_CALLS = {
    "workers": regex(
        rf"\b(?:uvicorn\.run|Granian){_INSIDE}\bworkers\s*=\s*(\d{{1,4}})\b|\bworker_concurrency\s*=\s*(\d{{1,4}})\b"
    ),
    "threads": regex(r"\bThreadPoolExecutor\(\s*(?:max_workers\s*=\s*)?(\d{1,4})\b|\btotal_tokens\s*=\s*(\d{1,4})\b"),
}
_IN_CALLS = ("uvicorn.run", "Granian(", "worker_concurrency", "ThreadPoolExecutor(", "total_tokens")


def concurrency_of(root: Path, paths: Iterable[str], sources: Mapping[str, Source]) -> tuple[Concurrency, ...]:
    """What the files of deployment say in ``root`` and in the folders between it and ``paths``, and Python files anywhere."""
    found = [one for path in _candidates(paths) for one in _of_file(root, path)]
    for source in sources.values():
        if any(source.mentions(word) for word in _IN_CALLS):
            found += _of_calls(source)
    return tuple(dict.fromkeys(found))


def _candidates(paths: Iterable[str]) -> Iterator[str]:
    folders = {""}
    for path in paths:
        parts = path.split("/")
        folders |= {"/".join(parts[:count]) for count in range(1, len(parts))}
    for folder in sorted(folders):
        yield from (f"{folder}/{name}" if folder else name for name in _FILES)


def _of_file(root: Path, path: str) -> Iterator[Concurrency]:
    try:
        text = read_regular(root / path, DEPLOYMENT).decode(errors="replace")
    except (OSError, ValueError):
        return
    is_settings = path.endswith((".py", ".ini"))
    for number, line in _lines(text):
        for what, pattern in _SETTINGS.items() if is_settings else ():
            yield from _found(what, pattern, path, number, line)
        for what, pattern in _OPTIONS.items() if _SERVERS.search(line) else ():
            yield from _found(what, pattern, path, number, line)
        if "celery" in line:
            yield from _found("workers", _CELERY, path, number, line)
        yield from _found("workers", _VARIABLE, path, number, line)


def _of_calls(source: Source) -> Iterator[Concurrency]:
    for what, pattern in _CALLS.items():
        for match in pattern.finditer(source.text):
            number = int(next(group for group in match.groups() if group))
            yield Concurrency(what, number, source.path, source.position(match.start()).line, _shortened(match[0]))


def _shortened(call: str) -> str:
    """A call without the arguments before the one that was looked for."""
    name, bracket, inside = call.partition("(")
    argument = re.split(r"[,(]", inside)[-1].strip()
    return " ".join(f"{name}{bracket}{'... ' if ',' in inside else ''}{argument}{')' * bool(bracket)}".split())


def _found(what: str, pattern: re.Pattern[str], path: str, number: int, line: str) -> Iterator[Concurrency]:
    match = pattern.search(line)
    if match is not None and (count := int(next(group for group in match.groups() if group))):
        yield Concurrency(what, count, path, number, match[0].strip())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that a person could have written, with their numbers."""
    return ((number, line) for number, line in enumerate(text.splitlines(), start=1) if len(line) <= DEPLOYMENT_LINE)
