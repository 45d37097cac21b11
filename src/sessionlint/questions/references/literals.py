"""Texts that can be read off the code: literals, names bound to them, f-strings made of them."""

from sessionlint.link.names.scopes import Scope, ValueBinding
from sessionlint.link.values.evaluate import Evaluator
from sessionlint.model.facts import Constant, FString, Name, Operation, Term

_DEPTH = 8


def literal_text(term: Term, scope: Scope, evaluator: Evaluator, depth: int = _DEPTH) -> str | None:
    """The text that ``term`` always has, or None when it depends on anything outside the code."""
    if depth == 0:
        return None
    match term:
        case Constant(value=str() as text):
            return text
        case FString(parts=parts) | Operation(op="+", operands=parts):
            texts = [literal_text(part, scope, evaluator, depth - 1) for part in parts]
            return "".join(text for text in texts if text is not None) if None not in texts else None
        case Name(id=name):
            home = evaluator.home(name, scope)
            bindings = home.bindings[name] if home is not None else []
            if (
                len(bindings) == 1
                and isinstance(bindings[0], ValueBinding)
                and bindings[0].value is not None
                and not bindings[0].path
            ):
                return literal_text(bindings[0].value, bindings[0].scope, evaluator, depth - 1)
    return None
