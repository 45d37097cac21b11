"""What a person should know of the rules that the settings name: which are called otherwise now, and which will go."""

from collections.abc import Iterator, Sequence

from sessionlint.model.finding import Rule, Stability
from sessionlint.run.settings.settings import Settings
from sessionlint.sift.naming import is_former, names, renamed


def notes_on_rules(settings: Settings, rules: Sequence[Rule]) -> Iterator[str]:
    """A line for each name that is a former one, and for each rule that is selected and on its way out."""
    for selector in dict.fromkeys(_named(settings)):
        yield from (renamed(selector, rule) for rule in rules if is_former(selector, rule))
    for selector in dict.fromkeys(_selected(settings)):
        yield from (_told(rule) for rule in rules if rule.stability is Stability.DEPRECATED and names(selector, rule))


def _told(rule: Rule) -> str:
    return f"{rule.code} ({rule.name}) is deprecated: a later release will not have it; its page says what to do instead"


def _named(settings: Settings) -> Iterator[str]:
    for layer in (*settings.layers, *(override.layer for override in settings.overrides)):
        yield from layer.selectors
    for severities in (settings.severity, *(override.severity for override in settings.overrides)):
        yield from severities
    for codes in settings.per_file_ignores.values():
        yield from codes


def _selected(settings: Settings) -> Iterator[str]:
    for layer in (*settings.layers, *(override.layer for override in settings.overrides)):
        yield from (*(layer.select or ()), *layer.extend_select)
