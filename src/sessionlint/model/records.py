"""Dataclasses that cost little to define.

``dataclasses.dataclass`` compiles up to eight methods for each class and writes the signature of each without a docstring, and
in this package that took more than half of the time until the first file was read. Here comparison, hash and ``repr`` are
shared, and a constructor is made with the first record, which most runs make of few classes only; records with as many fields
of the same kinds share its code. For the standard
library (``replace``, ``fields``, ``asdict``) a record is a dataclass like any other; each annotation in it is a field.
``frozen`` is a promise that type checkers see kept: nothing enforces it at run time.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses
    from functools import cache
    from operator import attrgetter
    from types import FunctionType

    def dataclass(cls=None, *, frozen=False, slots=False, eq=True, kw_only=False):
        """As ``dataclasses.dataclass``; a frozen class that compares by value can be hashed."""

        def made(cls):
            fields = {**_inherited(cls), **_own_fields(cls, kw_only)}
            record = _with_slots(cls, fields) if slots else _with_defaults(cls, fields)
            record.__dataclass_fields__ = fields
            record.__dataclass_params__ = _Example.__dataclass_params__
            record.__match_args__ = tuple(name for name, field in fields.items() if not field.kw_only)
            record.__init__ = _compiled_when_called(record)
            if "__repr__" not in vars(record):
                record.__repr__ = _shown
            if eq:
                _compare_by_value(record, frozen)
            return record

        return made if cls is None else made(cls)

    @dataclasses.dataclass(init=False, repr=False, eq=False)
    class _Example:
        """Has what the standard library notes of its own dataclasses and of their fields."""

        field: object

    def _inherited(cls):
        noted = [vars(parent).get("__dataclass_fields__", {}) for parent in cls.__mro__[:0:-1]]
        return {name: field for fields in noted for name, field in fields.items()}

    def _own_fields(cls, kw_only):
        given = vars(cls)
        return {
            name: _field(name, annotation, given.get(name, dataclasses.MISSING), kw_only)
            for name, annotation in cls.__annotations__.items()
        }

    def _field(name, annotation, given, kw_only):
        field = given if isinstance(given, dataclasses.Field) else dataclasses.field(default=given)
        field.name, field.type = name, annotation
        field._field_type = _Example.__dataclass_fields__["field"]._field_type
        if field.kw_only is dataclasses.MISSING:
            field.kw_only = kw_only
        return field

    def _with_slots(cls, fields):
        """The class once more, since slots have to be known when a class is made."""
        taken = {name for parent in cls.__mro__[1:] for name in vars(parent).get("__slots__", ())}
        replaced = {*fields, "__dict__", "__weakref__"}
        members = {name: value for name, value in vars(cls).items() if name not in replaced}
        slots = {"__qualname__": cls.__qualname__, "__slots__": tuple(name for name in fields if name not in taken)}
        return type(cls)(cls.__name__, cls.__bases__, {**members, **slots})

    def _with_defaults(cls, fields):
        """The class itself, where defaults stand instead of what describes the fields."""
        for name, field in fields.items():
            if vars(cls).get(name) is field and field.default is dataclasses.MISSING:
                delattr(cls, name)
            elif vars(cls).get(name) is field:
                setattr(cls, name, field.default)
        return cls

    def _compiled_when_called(record):
        def __init__(self, *args, **kwargs):  # noqa: N807
            record.__init__ = _constructor(record)
            record.__init__(self, *args, **kwargs)

        return __init__

    def _constructor(record):
        """What ``dataclasses`` would compile for these fields: most records have as many of the same kind as another one, whose
        code does under other names."""
        fields = sorted(dataclasses.fields(record), key=lambda field: field.kw_only)
        code = _code(tuple((field.kw_only, _is_made(field)) for field in fields), hasattr(record, "__post_init__"))
        names = {f"field_{place}": field.name for place, field in enumerate(fields)}
        local, used = (tuple(names.get(name, name) for name in each) for each in (code.co_varnames, code.co_names))
        makers = {f"make_{place}": field.default_factory for place, field in enumerate(fields)}
        around = {**makers, "missing": dataclasses.MISSING, "__builtins__": __builtins__}
        init = FunctionType(code.replace(co_varnames=local, co_names=used), around)
        optional = [field for field in fields if _is_made(field) or field.default is not dataclasses.MISSING]
        init.__defaults__ = tuple(field.default for field in optional if not field.kw_only)
        init.__kwdefaults__ = {field.name: field.default for field in optional if field.kw_only}
        return init

    def _is_made(field):
        """Whether the default is made anew for each record."""
        return field.default_factory is not dataclasses.MISSING

    @cache
    def _code(fields, has_more_to_do):
        parameters, body = ["self"], []
        for place, (by_keyword, is_made) in enumerate(fields):
            parameters += ["*"] if by_keyword and "*" not in parameters else []
            parameters.append(f"field_{place}")
            made = f"make_{place}() if field_{place} is missing else " if is_made else ""
            body.append(f"self.field_{place} = {made}field_{place}")
        body += ["self.__post_init__()"] if has_more_to_do else []
        compiled = {}
        exec("\n    ".join([f"def __init__({', '.join(parameters)}):", *body, "pass"]), compiled)
        return compiled["__init__"].__code__

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
