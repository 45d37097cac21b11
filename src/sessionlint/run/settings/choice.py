"""Which rules speak in which file, and how loudly: selection, overrides, per-file ignores, severities."""

from collections.abc import Iterable
from dataclasses import replace

from sessionlint.model.finding import Finding, Rule, Severity
from sessionlint.run.settings.globs import matches_any, matches_glob
from sessionlint.run.settings.selectors import Layer, selected_codes, specificity
from sessionlint.run.settings.settings import Settings
from sessionlint.sift.naming import matches


class Choice:
    """The rules of a run. Answers are kept per combination of overrides: many files share one."""

    def __init__(self, settings: Settings, rules: tuple[Rule, ...]) -> None:
        self._settings = settings
        self.rules = rules
        self._by_layers: dict[tuple[bool, tuple[Layer, ...]], frozenset[str]] = {}

    def anywhere(self, *, asked: bool = False) -> frozenset[str]:
        """Codes of the rules that are selected for some file at least: those that have to run; ``asked``: by somebody."""
        layers = [(), *((override.layer,) for override in self._settings.overrides)]
        return frozenset().union(*(self._codes(each, asked=asked) for each in layers))

    def shown(self, finding: Finding) -> Finding | None:
        """The finding with the severity that the settings give it, or None when its rule is not selected for its file.

        A finding that is there on request needs a rule that somebody selected; that it is on by default is not enough.
        """
        path = finding.place.path
        if not self.selects(finding.code, path, asked=finding.on_request):
            return None
        severity = self._severity(finding, path)
        return finding if severity is finding.severity else replace(finding, severity=severity)

    def selects(self, code: str, path: str, *, asked: bool = False) -> bool:
        """Whether a rule is selected for a file; ``asked``: by somebody, and not by default."""
        return code in self._codes(self._layers(path), asked=asked)

    def _layers(self, path: str) -> tuple[Layer, ...]:
        overrides = [override.layer for override in self._settings.overrides if matches_any(override.files, path)]
        ignored = [
            Layer(ignore=codes) for pattern, codes in self._settings.per_file_ignores.items() if matches_glob(pattern, path)
        ]
        return (*overrides, *ignored)

    def _codes(self, layers: tuple[Layer, ...], *, asked: bool = False) -> frozenset[str]:
        key = (asked, layers)
        if key not in self._by_layers:
            rules = [replace(rule, on=False) for rule in self.rules] if asked else self.rules
            self._by_layers[key] = selected_codes((*self._settings.layers, *layers), rules, self._settings.configured)
        return self._by_layers[key]

    def _severity(self, finding: Finding, path: str) -> Severity:
        tables = [self._settings.severity]
        tables += [override.severity for override in self._settings.overrides if matches_any(override.files, path)]
        severity = finding.severity
        rule = next(rule for rule in self.rules if rule.code == finding.code)
        for table in tables:
            for selector in _most_specific_last(table):
                if matches(selector, rule):
                    severity = table[selector]
        return severity


def _most_specific_last(selectors: Iterable[str]) -> list[str]:
    return sorted(selectors, key=specificity)
