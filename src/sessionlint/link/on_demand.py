"""Things by path, each made when somebody asks for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class OnDemand(Mapping[str, T]):
    """``make`` makes what is at a path, once."""

    def __init__(self, paths: Iterable[str], make: Callable[[str], T]) -> None:
        self._paths = dict.fromkeys(paths)
        self._make = make
        self.made: dict[str, T] = {}

    def __getitem__(self, path: str) -> T:
        if path not in self.made:
            if path not in self._paths:
                raise KeyError(path)
            self.made[path] = self._make(path)
        return self.made[path]

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
