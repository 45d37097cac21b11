"""Room for deeply nested code.

libcst's parser recurses on the native stack and kills the process when that runs out (on 8 MB: at 1,500 nested
parentheses or a sum of 10,000 terms, measured on 1.9); generating code recurses in Python. So both run in a thread with a
stack of known size, and code which would overflow even that, or take minutes, is refused before it is parsed.
"""

import re
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from sessionlint.model.regex import regex
from sessionlint.text.loose_tokens import tokens

T = TypeVar("T")

_STACK = 256 * 1024 * 1024
_RECURSION_LIMIT = 50_000
# libcst takes time quadratic in the length of a chain of operators: a second for this many
_DEEPEST = 1_500
# and much more of it in the depth of brackets; Python reads no more of them in each other than this
_DEEPEST_BRACKETS = 200
_BRACKET = 40  # what one costs there, as a multiple of an operator
_ORDINARY = 50  # operators, or half as many brackets: what people write
_MOST_WORK = 4 * _DEEPEST**2
_ONE_AT_A_TIME = threading.Lock()

_NESTING = b"([{.+-*/%@&|^~<>"
_NESTING_WORDS = ("if", "lambda", "not", "await", "and", "or")
# no expression goes on over such a line
_DEFINITION = regex(r"^[ \t]*(?=(?:async def|def|class)\b)", re.MULTILINE)
_OTHERS = r"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<end>,|\r\n?|\n)|(?P<nest>[-.+*/%@&|^~<>]|\b(?:if|lambda|not|await|and|or)\b)"


def seems_shallow(text: str) -> bool:
    """Whether ``text`` is not ``too_deep``, told quickly; strings that hold definitions can deceive it."""
    return text.count("elif") <= _DEEPEST and all(map(_consists_of_short, text.split("def ")))


def _consists_of_short(text: str) -> bool:
    return _is_short(text) or all(map(_is_short, _DEFINITION.split(text)))


def _is_short(text: str) -> bool:
    if len(text) <= _DEEPEST:
        return True
    data = text.encode("utf-8", "surrogatepass")
    return len(data) - len(data.translate(None, _NESTING)) + sum(map(text.count, _NESTING_WORDS)) <= _DEEPEST


def too_deep(text: str) -> bool:
    """Whether ``text`` may be nested deeper than ``with_deep_stack`` has room for, or than libcst takes seconds for."""
    if _is_short(text) and sum(map(text.count, "([{")) <= _DEEPEST_BRACKETS:
        return False
    return text.count("elif") > _DEEPEST or _is_too_much(text)


def _is_too_much(text: str) -> bool:
    work = 0
    for deepest, brackets in _expressions(text):
        if deepest > _DEEPEST or brackets > _DEEPEST_BRACKETS:
            return True
        if deepest > _ORDINARY or brackets > _ORDINARY // 2:
            work += deepest**2 + _BRACKET * brackets**2
    return work > _MOST_WORK


def _expressions(text: str) -> Iterator[tuple[int, int]]:
    """Upper bounds of how deep each expression nests: brackets and operators since the last comma or line, and brackets alone."""
    deepest = depth = brackets = 0
    levels = [0]
    for token in tokens(text, _OTHERS):
        kind = token.lastgroup
        if kind == "nest":
            levels[-1] += 1
            depth += 1
        elif kind == "open":
            levels.append(1)
            depth += 1
        elif kind == "close" and len(levels) > 1:
            depth -= levels.pop()
        elif kind == "end" and (len(levels) == 1 or token[0] == ","):
            depth -= levels[-1] - (len(levels) > 1)
            levels[-1] = int(len(levels) > 1)
            if len(levels) == 1:
                yield deepest, brackets
                deepest = brackets = 0
        deepest, brackets = max(deepest, depth), max(brackets, len(levels) - 1)
    yield deepest, brackets


def with_deep_stack(work: Callable[[], T]) -> T:
    """What ``work`` returns or raises, run on a large stack; on the caller's where the system grants no other."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    with _ONE_AT_A_TIME:
        recursion_limit, stack_size = sys.getrecursionlimit(), threading.stack_size()
        sys.setrecursionlimit(max(recursion_limit, _RECURSION_LIMIT))
        try:
            thread = threading.Thread(target=run)
            try:
                threading.stack_size(_STACK)
                thread.start()
            finally:
                threading.stack_size(stack_size)
            thread.join()
        except (RuntimeError, ValueError):
            sys.setrecursionlimit(recursion_limit)
            return work()
        finally:
            sys.setrecursionlimit(recursion_limit)
    if errors:
        raise errors[0]
    return results[0]
