"""Which rules stand behind an error text: the symptoms of all rules, compared with what somebody pasted."""

from collections.abc import Iterable, Iterator, Sequence

from sessionlint.commands.error_text import ErrorText, Token, read_error, tokens
from sessionlint.commands.synonyms import SYNONYMS
from sessionlint.model.finding import Rule, Severity
from sessionlint.model.records import dataclass

_ENOUGH = 0.75
"""The part of a symptom's firm words that a message has to hold, in order."""
_NAMES = 0.2  # what names that are other ones cost
_HINT = 0.5
_AGAINST = 0.5
_NEAR = 0.4
_LONG = 9  # letters: QueuePool says something, `is not` and `session` do not


@dataclass(frozen=True, slots=True)
class Match:
    """``symptom`` is the one of the rule's that fits best, ``hint`` the word in the traceback that speaks for the rule, or ""."""

    rule: Rule
    symptom: str
    score: float
    hint: str = ""


def rules_behind(text: str, rules: Iterable[Rule]) -> list[Match]:
    """The rules that know the error text, best first. ``text``: a message, a part of one, or a traceback."""
    error = read_error(text)
    lines = {tokens(message): weight for weight, message in error.messages}
    found = [match for rule in rules if (match := _match(rule, lines.items(), error)) is not None]
    return sorted(found, key=_order)


def nearest_symptom(text: str, rules: Iterable[Rule]) -> str | None:
    """The symptom that shares most words with a text that no rule knows, or None when they share next to nothing."""
    words = {token.text for _, message in read_error(text).messages for token in tokens(message) if len(token.text) > 3}
    shared = {symptom: _shared(symptom, words) for rule in rules for symptom in rule.symptoms}
    best = max(shared, key=lambda symptom: shared[symptom], default=None)
    return best if best is not None and shared[best] >= _NEAR else None


def _shared(symptom: str, words: Iterable[str]) -> float:
    """The part of a symptom's letters that belong to words somebody used, also as a part of one (pool, QueuePool)."""
    wanted = [token.text for token in tokens(symptom)]
    found = [text for text in wanted if any(word in text or (len(text) > 3 and text in word) for word in words)]
    return sum(map(len, found)) / max(1, sum(map(len, wanted)))


def _order(match: Match) -> tuple[object, ...]:
    """By score; then what is on by default, and no mere information; then those whose first symptom it is, and the worse ones."""
    rule, place = match.rule, match.rule.symptoms.index(match.symptom)
    return -match.score, not rule.on, rule.severity is Severity.INFO, place > 0, rule.severity.rank, place, rule.code


def _match(rule: Rule, lines: Iterable[tuple[tuple[Token, ...], float]], error: ErrorText) -> Match | None:
    best, score = "", 0.0
    for symptom in rule.symptoms:
        spellings = [tokens(spelling) for spelling in (symptom, *SYNONYMS.get(symptom, ()))]
        likenesses = (weight * _likeness(wanted, line, error.is_one_line) for wanted in spellings for line, weight in lines)
        fits = max(likenesses, default=0.0)
        if fits > score:
            best, score = symptom, fits
    if not best:
        return None
    hint = _first_in(error.frames, rule.hints)
    if hint:
        score += _HINT / (1 + rule.hints.index(hint))
    if _first_in(error.frames, rule.speaking_against):
        score -= _AGAINST
    return Match(rule, best, round(score, 3), hint)


def _first_in(frames: Iterable[str], words: Iterable[str]) -> str:
    return next((word for word in words if any(word in frame for frame in frames)), "")


def _likeness(symptom: Sequence[Token], line: Sequence[Token], may_be_part: bool) -> float:
    """0 when ``line`` does not hold ``symptom``, up to 1 when every firm word is there, and a little less for other names."""
    firm = [token.text for token in symptom if token.firm] or [token.text for token in symptom]
    there = {token.text for token in line}
    names = [token.text for token in symptom if not token.firm and not token.is_class]
    other = _NAMES * sum(name not in there for name in names) / len(names) if names else 0.0
    if firm and _types(firm) <= there and sum(text in there for text in firm) >= _ENOUGH * len(firm):
        whole = _common(firm, [token.text for token in line]) / len(firm)
        if whole >= _ENOUGH:
            return whole - other
    part = _part(symptom, line) if may_be_part and _types(there) <= set(firm) else 0.0
    return part - other if part else 0.0


def _types(words: Iterable[str]) -> set[str]:
    """What has no attribute, or cannot be awaited: the error of another type is another error."""
    return {word for word in words if word.endswith(("-object", "-type"))}


def _part(symptom: Sequence[Token], line: Sequence[Token]) -> float:
    """How much of a short text is a part of the symptom; 0 for a text that says too little."""
    said = [token.text for token in line if token.text != "#"]
    if sum(len(text) for text in said if len(text) > 2) < _LONG:
        return 0.0
    part = _common(said, [token.text for token in symptom]) / len(said)
    return part if part >= _ENOUGH else 0.0


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many words of ``first`` stand in ``second`` in the same order."""
    if not set(first) & set(second):
        return 0
    row = [0] * (len(second) + 1)
    for word in first:
        row = list(_next_row(row, word, second))
    return row[-1]


def _next_row(row: Sequence[int], word: str, second: Sequence[str]) -> Iterator[int]:
    left = 0
    yield left
    for index, other in enumerate(second):
        left = row[index] + 1 if word == other else max(left, row[index + 1])
        yield left
