"""Dataclasses that cost little to define.

``dataclasses.dataclass`` compiles up to eight methods for each class, and in this package that took more than half of the
time until the first file was read. Here it compiles the constructor only; comparison, hash and ``repr`` are shared.
``frozen`` is a promise that type checkers see kept: nothing enforces it at run time.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(cls=None, *, frozen=False, slots=False, eq=True, kw_only=False):
        """As ``dataclasses.dataclass``; a frozen class that compares by value can be hashed."""

        def made(cls):
            record = dataclasses.dataclass(repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            own = vars(record)
            if "__repr__" not in own:
                record.__repr__ = _shown
            if eq:
                _compare_by_value(record, frozen)
            return record

        return made if cls is None else made(cls)

    def _shown(self):
        fields = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
        return f"{type(self).__qualname__}({fields})"

    def _compare_by_value(record, frozen):
        compared = [field.name for field in dataclasses.fields(record) if field.compare]
        value = attrgetter(*compared) if compared else type  # without fields, all are alike

        def __eq__(self, other):  # noqa: N807
            return value(self) == value(other) if other.__class__ is self.__class__ else NotImplemented

        def __hash__(self):  # noqa: N807
            return hash(value(self))

        record.__eq__ = __eq__
        record.__hash__ = __hash__ if frozen else None
