"""A request becomes a result: configure, discover, read, extract, link, check, fix. The door writes and prints."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from sessionlint import __version__
from sessionlint.edits.write import Change
from sessionlint.extract.garbage import without_cycle_collection
from sessionlint.extract.prefilter import mentions_anything_of_interest
from sessionlint.link.trust import MissingName
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.outcome import Outcome
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.model.targets import Targets
from sessionlint.rules.registry import registered_rules
from sessionlint.run import cache_folder
from sessionlint.run.analysis import Analysis
from sessionlint.run.config import Layered, checked, merged, read_config, read_inline
from sessionlint.run.declared.declaration import Declaration
from sessionlint.run.discovery import Scope, discover, real_paths
from sessionlint.run.errors import UsageError, suggestion
from sessionlint.run.extractor import Extractor
from sessionlint.run.fingerprint import fingerprint
from sessionlint.run.fixpoint import State, fix_all
from sessionlint.run.reading import decoded
from sessionlint.run.repair import Hands, Repair, Unwritten, changes_of, finish_interrupted, repair
from sessionlint.run.request import Request, Stdin
from sessionlint.run.roots import Root, find_root, unused_configurations
from sessionlint.run.selectors import check_selectors, selected_codes
from sessionlint.run.settings import Settings
from sessionlint.run.specifiers import parse_specifiers
from sessionlint.run.store import Store
from sessionlint.run.timings import Timings
from sessionlint.run.versions import read_targets

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request comes to, before any file of the project is read.

    ``files`` are relative to ``root``; ``config`` names the files of settings, and ``locate`` the place of a key and its value;
    ``stdin`` is the name that the text from standard input stands for among them.
    """

    root: Root
    settings: Settings
    targets: Targets
    declared: Sequence[Declaration]
    files: Sequence[str]
    scope: Scope
    locate: Callable[[str, str], str]
    config: str | None = None
    stdin: str | None = None

    @property
    def selected(self) -> frozenset[str]:
        """Codes of the rules that are on for files without overrides."""
        return selected_codes(self.settings.layers, [entry.rule for entry in registered_rules()], self.settings.configured)


@dataclass(frozen=True, slots=True)
class Result:
    """``sources`` are the texts that the outcome speaks of, after fixes; ``changes`` lead there from what was read.

    ``unwritten``: what could not be fixed because its files could not be written; the sources are without it.
    """

    plan: Plan
    outcome: Outcome
    sources: Mapping[str, Source]
    changes: Sequence[Change] = ()
    unwritten: Unwritten = field(default_factory=Unwritten)


def plan(request: Request, warn: Warn) -> Plan:
    """Find the project, its settings and its files. Raises UsageError."""
    paths = [_stdin_path(request.stdin)] if request.stdin else real_paths(request.paths)
    root = find_root(paths, request.project_root, request.isolated)
    layers = _layers(request, root)
    settings = _settings(layers)
    if not request.isolated and not request.config:
        for unused in unused_configurations(paths, root):
            warn(
                f"{_shown(unused)}: not used, the project's root is {root.folder}; check the paths of each project by themselves"
            )
    targets, declared = read_targets(root.folder, settings)
    if request.stdin and request.stdin.filename is None:
        root = replace(root, part=None)  # a text without a name has no neighbours
    files, scope = discover(root, paths, settings, warn)
    stdin = next(iter(scope.files), None) if request.stdin else None
    config = ", ".join(request.config) or (_shown(root.config) if root.config else None)
    return Plan(root, settings, targets, declared, files, scope, _locator(layers), config, stdin)


def cache_dir(request: Request) -> Path:
    """Where a check of ``request`` keeps facts. Raises UsageError."""
    root = find_root(real_paths(request.paths), request.project_root, request.isolated)
    return root.folder / merged(_layers(request, root)).cache_dir


def check(request: Request, warn: Warn, hands: Hands | None = None, timings: Timings | None = None) -> Result:
    """The whole run; where its time goes is told to ``timings``. Without ``hands`` nothing is written. Raises UsageError."""
    timings = timings or Timings()
    with timings.stage("discover"):
        planned = plan(request, warn)
    finish_interrupted(planned.root.folder, warn, writing=hands is not None)
    with timings.stage("read"):
        sources, broken = _read(planned, request.stdin, warn)
    store = _store(planned, warn) if request.cache else None
    extractor = Extractor(store, request.jobs, timings)
    analysis = Analysis(planned.settings, planned.targets, planned.scope, prefilter=request.prefilter, extractor=extractor)
    try:
        with without_cycle_collection():
            checked_once = analysis.check(sources, broken)
    finally:
        if store:
            store.close()
    for missing in checked_once.missing:
        raise UsageError(_missing_name(missing, planned))
    if not checked_once.is_helper_usable:
        raise UsageError(_unusable_helper(planned))
    if request.fix == "none":
        return Result(planned, checked_once.outcome, sources)
    analysis = replace(analysis, extractor=Extractor())  # texts between two fixes are not worth remembering
    unsafe = request.fix == "unsafe"
    if hands is None:
        done = Repair(fix_all(analysis, sources, checked_once, unsafe, only=planned.stdin))
    else:
        done = repair(planned.root.folder, analysis, State(sources, checked_once), unsafe, hands, warn)
    fixed = done.fixed
    return Result(planned, fixed.outcome, fixed.sources, changes_of(sources, fixed.sources), done.unwritten)


def _store(planned: Plan, warn: Warn) -> Store | None:
    """Where facts are kept; nowhere when the root is a folder that anything and everything lies in."""
    if planned.root.part != planned.root.folder and planned.settings.cache_dir == cache_folder.NAME:
        return None
    return Store(cache_folder.store_path(planned.root.folder / planned.settings.cache_dir, fingerprint()), warn)


def _layers(request: Request, root: Root) -> list[Layered]:
    """Configuration file, then ``--config`` in turn, then the other options; each layer is checked before it counts."""
    files = [text for text in request.config if "=" not in text or Path(text).is_file()]
    layers: list[Layered] = []
    if root.config and not files:
        layers.append(read_config(root.config, _shown(root.config)))
    layers += [read_config(Path(text), text) if text in files else read_inline(text) for text in request.config]
    layers.append(checked(dict(request.options), lambda key, value: f"--{key}"))
    return layers


def _locator(layers: Sequence[Layered]) -> Callable[[str, str], str]:
    """Says where a key has the value that counts: in the last layer that sets it."""

    def locate(key: str, value: str) -> str:
        layer = next((layer for layer in reversed(layers) if key in layer.values), None)
        return layer.locate(key, value) if layer is not None else key

    return locate


def _settings(layers: Sequence[Layered]) -> Settings:
    settings = merged(layers)
    _check_version(settings)
    rules = [entry.rule for entry in registered_rules()]
    for layer in layers:
        for selector, where in layer.selectors():
            check_selectors([selector], rules, where)
    return settings


def _missing_name(missing: MissingName, planned: Plan) -> str:
    written, name = str(missing.wrapper), missing.wrapper.name.rpartition(".")[2]
    hint = suggestion(name, missing.known)
    return f'{planned.locate(missing.key, written)}: "{written}": {missing.path} has no "{name}"{hint}'


def _unusable_helper(planned: Plan) -> str:
    name = str(planned.settings.session_provider)
    where = planned.locate("session-provider", name)
    return f'{where}: "{name}" is no context manager that gives a session and can be called without arguments'


def _check_version(settings: Settings) -> None:
    wanted = settings.required_version
    admitted = parse_specifiers(wanted) if wanted else None
    if admitted and not admitted.admits(tuple(int(part) for part in __version__.split("."))):
        raise UsageError(f"required-version: this project wants sessionlint {wanted}, this is {__version__}")


def _read(planned: Plan, stdin: Stdin | None, warn: Warn) -> tuple[dict[str, Source], dict[str, ModuleFacts]]:
    """The sources, and the facts of those whose encoding is wrong. A file that cannot be read is warned of and left out."""
    sources: dict[str, Source] = {}
    broken: dict[str, ModuleFacts] = {}
    for path in planned.files:
        try:
            data = stdin.data if stdin and path == planned.stdin else (planned.root.folder / path).read_bytes()
        except OSError as error:
            warn(f"{path}: cannot read the file: {error.strerror}")
            continue
        sources[path], problem = decoded(path, data)
        if problem is not None:
            broken[path] = ModuleFacts(path, problem=problem if mentions_anything_of_interest(data) else None)
    return sources, broken


def _stdin_path(stdin: Stdin) -> Path:
    return Path(stdin.filename or "-").resolve()


def _shown(path: Path) -> str:
    """Relative to the current folder where that is shorter to read."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
