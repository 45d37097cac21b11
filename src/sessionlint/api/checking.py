"""Check or fix a project once."""

from collections.abc import Iterable
from io import BytesIO
from tokenize import detect_encoding

from sessionlint.api.asking import AnyPath, Settings, requested
from sessionlint.api.records import Change, Fixed, Report
from sessionlint.api.telling import told
from sessionlint.run import pipeline
from sessionlint.run.fixing.hands import Hands
from sessionlint.run.looking import Result
from sessionlint.run.request import Request, Stdin


def check(
    paths: AnyPath | Iterable[AnyPath] = ".",
    *,
    settings: Settings | None = None,
    config: AnyPath | None = None,
    isolated: bool = False,
    project_root: AnyPath | None = None,
    cache: bool = True,
    cache_dir: AnyPath | None = None,
    jobs: int = 1,
) -> Report:
    """What ``sessionlint check PATHS`` finds: the project around ``paths`` is analysed, and what touches them is reported.

    ``settings`` overrule those of the project, by the keys of the configuration: ``{"extend-select": ["SES316"]}``; ``config``
    is a file that takes the place of its configuration, and with ``isolated`` none is read. Raises UsageError for a path, a
    setting or a configuration that makes no sense.
    """
    request = requested(
        paths,
        settings=settings,
        config=config,
        isolated=isolated,
        project_root=project_root,
        cache=cache,
        cache_dir=cache_dir,
        jobs=jobs,
    )
    return _told(*_run(request))


def check_text(
    text: str,
    filename: AnyPath | None = None,
    *,
    settings: Settings | None = None,
    config: AnyPath | None = None,
    isolated: bool = False,
    project_root: AnyPath | None = None,
    cache: bool = True,
    cache_dir: AnyPath | None = None,
    jobs: int = 1,
) -> Report:
    """As ``check``, of one file of which ``text`` counts, and not what is on the disk: that of an editor.

    Without ``filename`` it is the file of the project around the current folder that holds the same text, or a new one there.
    """
    request = requested(
        (),
        settings=settings,
        config=config,
        isolated=isolated,
        project_root=project_root,
        stdin=Stdin(_encoded(text), str(filename) if filename is not None else None),
        cache=cache,
        cache_dir=cache_dir,
        jobs=jobs,
    )
    return _told(*_run(request))


def fix(
    paths: AnyPath | Iterable[AnyPath] = ".",
    *,
    unsafe: bool = False,
    write: bool = True,
    settings: Settings | None = None,
    config: AnyPath | None = None,
    isolated: bool = False,
    project_root: AnyPath | None = None,
    cache: bool = True,
    cache_dir: AnyPath | None = None,
    jobs: int = 1,
) -> Fixed:
    """Make the safe fixes, and the unsafe ones if that is wanted, as ``sessionlint check --fix PATHS`` does.

    Without ``write``, no file is changed: the texts that it would have are in ``changes``. Raises UsageError, as ``check``.
    """
    request = requested(
        paths,
        settings=settings,
        config=config,
        isolated=isolated,
        project_root=project_root,
        fix="unsafe" if unsafe else "safe",
        cache=cache,
        cache_dir=cache_dir,
        jobs=jobs,
    )
    result, warnings = _run(request, Hands() if write else None)
    return Fixed(
        report=_told(result, warnings),
        changes=tuple(Change(change.before.path, change.before.text, change.text) for change in result.changes),
        fixed=result.outcome.fixed,
        unwritten=dict(result.unwritten.reasons),
    )


def _run(request: Request, hands: Hands | None = None) -> tuple[Result, list[str]]:
    warnings: list[str] = []
    return pipeline.check(request, warnings.append, hands), warnings


def _told(result: Result, warnings: list[str]) -> Report:
    return told(result.plan.root.folder, result.outcome, result.sources, warnings, result.plan.stdin)


def _encoded(text: str) -> bytes:
    """The text as its file would hold it: a comment in it may say how that is encoded."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        return text.encode(detect_encoding(BytesIO(data).readline)[0])
    except (SyntaxError, UnicodeEncodeError):
        return data
