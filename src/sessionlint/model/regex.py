"""Regular expressions of modules, compiled when something is first looked for: a run needs few of those that it imports."""

import re
from typing import Any, AnyStr, cast

_OF_PATTERNS = tuple(name for name in dir(re.Pattern) if not name.startswith("_"))


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """``re.compile``, later."""
    return cast("re.Pattern[AnyStr]", _Uncompiled(text, flags))


class _Compiled:
    """Has what a pattern has, as attributes of its own."""


class _Uncompiled(_Compiled):
    """Becomes ``_Compiled`` when it is first asked for something: a class with ``__getattr__`` is slow in loops."""

    def __init__(self, *source: Any) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._source)
        vars(self).update({each: getattr(compiled, each) for each in _OF_PATTERNS})
        self.__class__ = _Compiled  # type: ignore[assignment]
        return getattr(compiled, name)
