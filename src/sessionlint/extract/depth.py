"""Room for deeply nested code.

libcst's parser recurses on the native stack and kills the process when that runs out (on 8 MB: at 1,500 nested
parentheses or a sum of 10,000 terms, measured on 1.9); generating code recurses in Python. So both run in a thread with a
stack of known size, and code which would overflow even that, or take minutes, is refused before it is parsed.
"""

import re
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_STACK = 256 * 1024 * 1024
_RECURSION_LIMIT = 50_000
# libcst takes time quadratic in the length of a chain of operators: a second for this many
_DEEPEST = 1_500
_ONE_AT_A_TIME = threading.Lock()

_NESTING = ("(", "[", "{", ".", "+", "-", "*", "/", "%", "@", "&", "|", "^", "~", "<", ">")
_NESTING_WORDS = ("if", "lambda", "not", "await", "and", "or")
# no expression goes on over such a line
_DEFINITION = re.compile(r"^[ \t]*(?=(?:async def|def|class)\b)", re.MULTILINE)
_TOKEN = re.compile(
    r"#[^\r\n]*"
    r"|'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\""
    r"|'(?:\\.|[^'\\\r\n])*'|\"(?:\\.|[^\"\\\r\n])*\""
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<end>,|\r\n?|\n)"
    r"|(?P<nest>[-.+*/%@&|^~<>]|\b(?:if|lambda|not|await|and|or)\b)",
    re.DOTALL,
)


def seems_shallow(text: str) -> bool:
    """Whether ``text`` is not ``too_deep``, told quickly; strings that hold definitions can deceive it."""
    return _is_short(text) or (text.count("elif") <= _DEEPEST and all(map(_is_short, _DEFINITION.split(text))))


def _is_short(text: str) -> bool:
    return len(text) <= _DEEPEST or sum(map(text.count, _NESTING + _NESTING_WORDS)) <= _DEEPEST


def too_deep(text: str) -> bool:
    """Whether ``text`` may be nested deeper than ``with_deep_stack`` has room for."""
    if _is_short(text):
        return False
    return text.count("elif") > _DEEPEST or _deepest_expression(text) > _DEEPEST


def _deepest_expression(text: str) -> int:
    """An upper bound of how deep expressions nest: brackets and operators since the last comma or line, along each path."""
    deepest = depth = 0
    levels = [0]
    for token in _TOKEN.finditer(text):
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
        deepest = max(deepest, depth)
    return deepest


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
