"""A request becomes a plan: which project, which settings, which files."""

import os
from collections.abc import Callable, Sequence
from dataclasses import field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from sessionlint.model.records import dataclass
from sessionlint.model.targets import Targets
from sessionlint.run.cache.cache_place import Place, place_of
from sessionlint.run.cache.fingerprint import fingerprint
from sessionlint.run.cache.store import Store
from sessionlint.run.discovery.discovery import LeftOut, Scope, discover, real_paths
from sessionlint.run.discovery.gitignore import Verdicts
from sessionlint.run.discovery.roots import Root, find_root, unused_configurations
from sessionlint.run.errors import UsageError, suggestion
from sessionlint.run.files.inputs import Inputs, Warn, shown
from sessionlint.run.request import Request, Stdin
from sessionlint.run.settings.config import Layered, check_version, checked, merged, read_config, read_inline
from sessionlint.run.settings.declared.declaration import Declaration
from sessionlint.run.settings.doubts import doubts
from sessionlint.run.settings.selectors import check_selectors, names_a_rule, selected_codes
from sessionlint.run.settings.settings import Settings
from sessionlint.run.settings.versions import read_targets

if TYPE_CHECKING:
    from sessionlint.link.values.trust import MissingName
    from sessionlint.questions.providers.helper import Unusable
    from sessionlint.run.files.baseline_file import BaselineFile


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request comes to, before any file of the project is read.

    ``files`` are relative to ``root``; ``layers`` are the settings in turn, ``config`` names their files, and ``locate`` the
    place of a key and its value; ``stdin`` is the name that the text from standard input stands for among the files. ``store``
    is where things are kept from run to run; ``left_out`` are the files and folders that were passed by;
    ``baseline`` is the file of findings not to report, where there is one, or somebody says so. Of the plan of a part of a
    project, ``around`` are the files of all of it.
    """

    root: Root
    settings: Settings
    targets: Targets
    declared: Sequence[Declaration]
    files: Sequence[str]
    scope: Scope
    locate: Callable[[str, str], str]
    layers: Sequence[Layered]
    config: str | None = None
    stdin: str | None = None
    store: Store | None = None
    left_out: LeftOut = field(default_factory=dict)
    baseline: "BaselineFile | None" = None
    around: frozenset[str] = frozenset()

    @property
    def selected(self) -> frozenset[str]:
        """Codes of the rules that are on for files without overrides."""
        from sessionlint.rules.registry import registered_rules

        return selected_codes(self.settings.layers, [entry.rule for entry in registered_rules()], self.settings.configured)

    def belongs(self, path: str) -> bool:
        """Whether a file, by its real path relative to the root, is the project's, and not just beside it in the same folder."""
        part = self.root.part
        return path in self.scope if part is None else (self.root.folder / path).is_relative_to(part)


def plan(request: Request, warn: Warn) -> Plan:
    """Find the project, its settings and its files. Raises UsageError; ``check_rules`` looks at the names of rules."""
    paths = [_stdin_path(request.stdin)] if request.stdin else real_paths(request.paths)
    root = find_root(paths, request.project_root, request.isolated)
    layers = _layers(request, root)
    settings = _settings(layers)
    if not request.isolated and not request.config:
        for unused in unused_configurations(paths, root):
            warn(f"{shown(unused)}: not used, the project's root is {root.folder}; check the paths of each project by themselves")
    for doubt in doubts(layers, root.folder):
        warn(doubt)
    inputs = Inputs(warn)
    targets, declared = read_targets(root.folder, settings, inputs)
    store = _store(request, root, settings, warn) if request.cache else None
    verdicts, left_out = Verdicts(inputs, store, warn if request.verbose else None), LeftOut()
    try:
        files, scope = discover(root, paths, settings, warn, verdicts, left_out)
    except UsageError:
        if store:
            store.close()
        raise
    verdicts.keep()
    stdin = next(iter(scope.files), None) if request.stdin else None
    baseline = _baseline(request, root, layers, settings) if _may_have_baseline(request, root, layers, settings) else None
    own = [shown(root.config)] if root.config and not _config_files(request) else []
    config = ", ".join([*own, *request.config]) or None
    return Plan(
        root, settings, targets, declared, files, scope, _locator(layers), layers, config, stdin, store, left_out, baseline
    )


def plan_of_part(request: Request, root: Root, targets: Targets) -> Plan:
    """The plan of a part of a project that was planned before, without its files. Raises UsageError."""
    layers = _layers(request, root)
    settings = _settings(layers)
    store = _store(request, root, settings, _not_told) if request.cache else None
    return Plan(root, settings, targets, (), (), Scope(frozenset(), ()), _locator(layers), layers, store=store)


def layers_of(request: Request) -> list[Layered]:
    """The settings around a request's paths in turn, the weakest first. Raises UsageError."""
    return _layers(request, find_root(real_paths(request.paths), request.project_root, request.isolated))


def cache_place(request: Request) -> Place | None:
    """Where a check of ``request`` keeps facts; None when it has nowhere to. Raises UsageError."""
    root = find_root(real_paths(request.paths), request.project_root, request.isolated)
    return place_of(root.folder, request.cache_dir, merged(_layers(request, root)).cache_dir)


def baseline_file(request: Request) -> "BaselineFile":
    """Where the baseline of the project lies, or is to lie. Raises UsageError."""
    root = find_root(real_paths(request.paths), request.project_root, request.isolated)
    if request.baseline is None and root.part != root.folder:
        raise UsageError(f"baseline: {root.folder} is no project; say which is: --project-root DIR")
    layers = _layers(request, root)
    return _baseline(request, root, layers, _settings(layers))


def _store(request: Request, root: Root, settings: Settings, warn: Warn) -> Store | None:
    remark = warn if request.verbose else _not_told
    place = place_of(root.folder, request.cache_dir, settings.cache_dir)
    if place is None:
        remark("no cache: this user has no folder for it")
        return None
    return Store(place, fingerprint(), warn, remark)


def _may_have_baseline(request: Request, root: Root, layers: Sequence[Layered], settings: Settings) -> bool:
    """Whether somebody names a baseline, or the project has one; where a project is only a part of its folder, it has none."""
    if not request.use_baseline or request.baseline is not None:
        return request.use_baseline
    is_named = any("baseline" in layer.values for layer in layers)
    return not request.isolated and root.part == root.folder and (is_named or os.path.lexists(root.folder / settings.baseline))


def _baseline(request: Request, root: Root, layers: Sequence[Layered], settings: Settings) -> "BaselineFile":
    from sessionlint.run.files.baseline_file import BaselineFile  # most projects have none

    if request.baseline is not None:
        path = request.baseline.absolute()
        return BaselineFile(root.folder, path.parent.resolve(), path.name, str(request.baseline))
    name = PurePath(settings.baseline).as_posix()
    return BaselineFile(root.folder, root.folder, name, shown(root.folder / name))


def _not_told(text: str) -> None:
    """What mends itself."""


_OPTIONS = {"severity": "severity-of"}


def _layers(request: Request, root: Root) -> list[Layered]:
    """Configuration file, then ``--config`` in turn, then the other options; each layer is checked before it counts."""
    files = _config_files(request)
    layers: list[Layered] = []
    if root.config and not files:
        layers.append(read_config(root.config, shown(root.config)))
    layers += [read_config(Path(text), text) if text in files else read_inline(text) for text in request.config]
    layers.append(checked(dict(request.options), lambda key, value: f"--{_OPTIONS.get(key, key)}"))
    return layers


def _config_files(request: Request) -> list[str]:
    """Files of ``--config``, which take the place of the project's own."""
    return [text for text in request.config if "=" not in text or Path(text).is_file()]


def _locator(layers: Sequence[Layered]) -> Callable[[str, str], str]:
    """Says where a key has the value that counts: in the last layer that sets it."""

    def locate(key: str, value: str) -> str:
        layer = next((layer for layer in reversed(layers) if key in layer.values), None)
        return layer.locate(key, value) if layer is not None else key

    return locate


def _settings(layers: Sequence[Layered]) -> Settings:
    settings = merged(layers)
    check_version(settings.required_version)
    return settings


def check_rules(planned: Plan) -> None:
    """Raises UsageError when the settings name a rule that does not exist."""
    from sessionlint.rules.registry import registered_rules  # all of them; a run in an unchanged project does without

    rules = [entry.rule for entry in registered_rules()]
    for layer in planned.layers:
        for selector, key in dict.fromkeys(layer.selectors()):
            if not names_a_rule(selector, rules):
                check_selectors([selector], rules, layer.locate(key, selector))


def missing_name(missing: "MissingName", planned: Plan) -> str:
    """What to tell of a configured name that its module does not have."""
    written, name = str(missing.wrapper), missing.wrapper.name.rpartition(".")[2]
    hint = suggestion(name, missing.known)
    return f'{planned.locate(missing.key, written)}: "{written}": {missing.path} has no "{name}"{hint}'


def wrong_helper(planned: Plan, why: "Unusable") -> str:
    """What to tell of a ``session-provider`` that no session can be opened with."""
    wrapper = planned.settings.session_provider
    assert wrapper is not None
    return f"{planned.locate('session-provider', str(wrapper))}: {why.told(wrapper)}"


def _stdin_path(stdin: Stdin) -> Path:
    return Path(stdin.filename or "-").resolve()
