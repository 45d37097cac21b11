"""Dataclasses that cost little to define.

``dataclasses.dataclass`` compiles up to eight methods for each class, and in this package that took more than half of the
time until the first file was read. Here comparison, hash and ``repr`` are shared, and the constructor is compiled when the
first record is made, which most runs do of few classes only.
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
            record = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            own = vars(record)
            record.__init__ = _compiled_when_called(record)
            if "__repr__" not in own:
                record.__repr__ = _shown
            if eq:
                _compare_by_value(record, frozen)
            return record

        return made if cls is None else made(cls)

    def _compiled_when_called(record):
        def __init__(self, *args, **kwargs):  # noqa: N807
            record.__init__ = _constructor(record)
            record.__init__(self, *args, **kwargs)

        return __init__

    def _constructor(record):
        """What ``dataclasses`` would compile for these fields."""
        values, parameters, body = {"_missing": dataclasses.MISSING}, [], []
        for field in sorted(dataclasses.fields(record), key=lambda field: field.kw_only):
            name, default = field.name, ""
            if field.kw_only and "*" not in parameters:
                parameters.append("*")
            if field.default is not dataclasses.MISSING:
                values[f"_{name}"], default = field.default, f"=_{name}"
            if field.default_factory is not dataclasses.MISSING:
                values[f"_{name}"], default = field.default_factory, "=_missing"
                body.append(f"self.{name} = _{name}() if {name} is _missing else {name}")
            else:
                body.append(f"self.{name} = {name}")
            parameters.append(name + default)
        body += ["self.__post_init__()"] if hasattr(record, "__post_init__") else []
        exec("\n    ".join([f"def __init__(self, {', '.join(parameters)}):", *body, "pass"]), values)
        return values["__init__"]

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
