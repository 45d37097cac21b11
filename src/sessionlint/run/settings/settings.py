"""What a run is told to do, and the one table of option keys that configuration, command line and display share."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Literal

from sessionlint.model.finding import Severity
from sessionlint.model.records import dataclass
from sessionlint.model.wrappers import Vocabulary, Wrapper
from sessionlint.report.formats import FORMATS
from sessionlint.run.settings import values
from sessionlint.run.settings.selectors import Layer

DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".sessionlint_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pypackages__",
    "_build",
    "buck-out",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
FAIL_ON = (*(severity.value for severity in Severity), "never")


@dataclass(frozen=True, slots=True)
class Option:
    """How a key's value is read (ValueError says what was expected) and how a later layer meets an earlier one."""

    read: Callable[[object], Any]
    meets: Literal["replaces", "extends", "updates"] = "replaces"


SELECTION: Mapping[str, Option] = {
    "select": Option(values.strings),
    "ignore": Option(values.strings),
    "extend-select": Option(values.strings),
    "extend-ignore": Option(values.strings),
}
"""These become a Layer: later ones do not replace earlier ones, see ``selectors.selected_codes``."""

OPTIONS: Mapping[str, Option] = {
    "per-file-ignores": Option(values.by_pattern(values.strings), "updates"),
    "severity": Option(values.table(values.severity), "updates"),
    "exclude": Option(values.patterns),
    "extend-exclude": Option(values.patterns, "extends"),
    "src": Option(values.strings),
    "session-factories": Option(values.each(values.wrapper("async"))),
    "session-providers": Option(values.each(values.wrapper("async", "with", "async with"))),
    "session-provider": Option(values.wrapper("with", "async with")),
    "session-provider-commits": Option(values.choice("refused", "accepted")),
    "engine-builders": Option(values.each(values.wrapper("async"))),
    "background-task-callers": Option(values.each(values.wrapper())),
    "waiting-calls": Option(values.each(values.wrapper())),
    "force-exclude": Option(values.boolean),
    "respect-gitignore": Option(values.boolean),
    "output-format": Option(values.choice(*FORMATS)),
    "require-reason": Option(values.boolean),
    "required-version": Option(values.specifier),
    "cache-dir": Option(values.inner("folder", "--cache-dir and SESSIONLINT_CACHE_DIR lead anywhere")),
    "baseline": Option(values.inner("file", "--baseline leads anywhere")),
    "fail-on": Option(values.choice(*FAIL_ON)),
    "max-warnings": Option(values.count),
    "sqlalchemy-version": Option(values.version),
    "fastapi-version": Option(values.version),
    "python-version": Option(values.version),
}

OVERRIDE: Mapping[str, Option] = {"files": Option(values.patterns), "severity": OPTIONS["severity"], **SELECTION}
"""Keys of ``[[tool.sessionlint.overrides]]``."""


@dataclass(frozen=True, slots=True)
class Override:
    """What is different for the files that match one of the patterns ``files``."""

    files: tuple[str, ...]
    layer: Layer = field(default_factory=Layer)
    severity: Mapping[str, Severity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every option of OPTIONS (dashes as underscores) with its default, plus the layers of rule selection and the overrides.

    Patterns are relative to the project root; rules are named by selectors.
    """

    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    severity: Mapping[str, Severity] = field(default_factory=dict)
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    src: tuple[str, ...] = ()
    session_factories: tuple[Wrapper, ...] = ()
    session_providers: tuple[Wrapper, ...] = ()
    session_provider: Wrapper | None = None
    session_provider_commits: str = "refused"
    engine_builders: tuple[Wrapper, ...] = ()
    background_task_callers: tuple[Wrapper, ...] = ()
    waiting_calls: tuple[Wrapper, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    output_format: str = "full"
    require_reason: bool = False
    required_version: str | None = None
    cache_dir: str | None = None
    baseline: str = "sessionlint-baseline.jsonl"
    fail_on: str = "warning"
    max_warnings: int | None = None
    sqlalchemy_version: tuple[int, int] | None = None
    fastapi_version: tuple[int, int] | None = None
    python_version: tuple[int, int] | None = None

    @property
    def configured(self) -> frozenset[str]:
        """The keys that switch a rule on."""
        return frozenset(("session-provider",) if self.session_provider is not None else ())

    @property
    def vocabulary(self) -> Vocabulary:
        """The names that the configuration vouches for."""
        return Vocabulary(
            self.session_factories,
            self.session_providers,
            self.engine_builders,
            self.session_provider,
            self.background_task_callers,
            self.waiting_calls,
            commits_accepted=self.session_provider_commits == "accepted",
        )
