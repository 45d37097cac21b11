"""From selectors (code, name, prefix, ALL) to the codes of rules."""

from collections.abc import Container, Iterable, Sequence

from sessionlint.model.finding import Rule, Stability
from sessionlint.model.records import dataclass
from sessionlint.run.errors import UsageError, suggestion
from sessionlint.sift.naming import EVERY_RULE, matches, names


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source of settings (a file, an override, the command line) says of the selection.

    ``select`` starts afresh when given; the others change what the layers before chose.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    @property
    def selectors(self) -> tuple[str, ...]:
        return (*(self.select or ()), *self.extend_select, *self.ignore)


def selected_codes(layers: Iterable[Layer], rules: Sequence[Rule], configured: Container[str] = ()) -> frozenset[str]:
    """The codes chosen by ``layers`` in turn, starting from the rules that are on by default, or with a ``configured`` key.

    Within a layer the more specific selector wins (``select = ["SES3"]``, ``ignore = ["SES301"]`` and the other way
    round), and ``ignore`` wins over ``select`` when they say the same. What is no stable rule is selected by its own code or
    name alone.
    """
    chosen = {rule.code for rule in rules if rule.on or rule.on_with in configured}
    for layer in layers:
        if layer.select is not None:
            chosen = set()
        for level in sorted({specificity(selector) for selector in layer.selectors}):
            chosen |= _selected((*(layer.select or ()), *layer.extend_select), level, rules)
            chosen -= _named(layer.ignore, level, rules)
    return frozenset(chosen)


def specificity(selector: str) -> int:
    """ALL is the least specific, then prefixes by length; a full code and a name are the most."""
    if selector.upper() == EVERY_RULE:
        return 0
    return len("SES000") if "-" in selector else len(selector)


def _selected(selectors: Sequence[str], level: int, rules: Sequence[Rule]) -> set[str]:
    stable = [rule for rule in rules if rule.stability is Stability.STABLE or any(names(each, rule) for each in selectors)]
    return _named(selectors, level, stable)


def _named(selectors: Iterable[str], level: int, rules: Sequence[Rule]) -> set[str]:
    fitting = [selector for selector in selectors if specificity(selector) == level]
    return {rule.code for rule in rules for selector in fitting if matches(selector, rule)}


def names_a_rule(selector: str, rules: Iterable[Rule]) -> bool:
    return any(matches(selector, rule) for rule in rules)


def check_selectors(selectors: Iterable[str], rules: Sequence[Rule], where: str) -> None:
    """Raise UsageError for the first selector that names no rule; ``where`` begins its message."""
    for selector in selectors:
        if not names_a_rule(selector, rules):
            known = [EVERY_RULE, *(rule.code for rule in rules), *(rule.name for rule in rules)]
            raise UsageError(f'{where}: unknown rule "{selector}"{suggestion(selector, known)}')
