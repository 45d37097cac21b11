"""What the files need, who needs them, and the names that have to stay."""

from collections.abc import Iterator, Sequence

from sessionlint.questions.inventory.files import Contract, FileRecord
from sessionlint.questions.inventory.records import Handle, Part
from sessionlint.report.audit.blocks import INFERRED, OBSERVED, Block, Line, Lines, Prose, Table, Title, listed, number, quoted
from sessionlint.report.audit.view import Audit
from sessionlint.report.map.graph import count

_FEW, _MANY, _MOST_FILES = 6, 12, 25


def dependencies(audit: Audit) -> Iterator[Block]:
    files = _shown(audit)
    yield Title(3, "Outbound")
    yield from _outbound(audit, files)
    yield Title(3, "Inbound")
    yield from _inbound(audit, files)
    yield Title(3, "Contracts")
    yield from _contracts(audit, files)
    if len(files) < len(audit.files):
        rest = number(len(audit.files) - len(files), "file")
        yield Prose(f"{rest} beside these: tests, and what builds and lends nothing; `-v` names all.")


def _shown(audit: Audit) -> Sequence[FileRecord]:
    """All that was asked about, or, of a folder, those that build or lend something, which others rest on."""
    if audit.every or len(audit.files) <= 1:
        return audit.files
    built = {code.place.path for code in audit.map.inventory.codes}
    return [record for record in audit.files if record.path in built & audit.subjects][:_MOST_FILES]


# --- outbound ---------------------------------------------------------------------------------------------------------


def _outbound(audit: Audit, files: Sequence[FileRecord]) -> Iterator[Block]:
    lines = []
    for record in files:
        imports = [f"{quoted(one.module)}{_names(one.names)}{'' if one.is_own else ' (from outside)'}" for one in record.outbound]
        below = [Line(imported, OBSERVED) for imported in imports[: None if audit.every else _MANY]]
        below += [Line(f"{len(imports) - len(below)} more", OBSERVED)] if len(imports) > len(below) else []
        reads = [quoted(name) for name in record.reads]
        below += [Line(f"reads {listed(reads, _MANY, audit.every)}", OBSERVED)] if reads else []
        lines.append(Line(quoted(record.path), below=tuple(below)))
    yield Lines(tuple(lines)) if lines else Prose("nothing.", OBSERVED)


def _names(names: Sequence[str]) -> str:
    named = [quoted(name) for name in names if name]
    return f": {listed(named, _FEW)}" if named else ""


# --- inbound ----------------------------------------------------------------------------------------------------------


def _inbound(audit: Audit, files: Sequence[FileRecord]) -> Iterator[Block]:
    lines = []
    for record in files:
        below = list(_importers(audit, record)) or [Line("no file of the project imports it", OBSERVED)]
        lines.append(Line(quoted(record.path), below=tuple(below)))
    for code in audit.map.inventory.codes:
        if code.place.path in {record.path for record in files}:
            held = tuple(_holders(audit, code.place))
            lines += [Line(quoted(code.full_name), below=held)] if held else []
    yield Lines(tuple(lines)) if lines else Prose("no file of the project imports what was asked about.", OBSERVED)


def _importers(audit: Audit, record: FileRecord) -> Iterator[Line]:
    for part in Part:
        places = [quoted(audit.at(one.place)) for one in record.importers if one.part is part]
        if places:
            yield Line(f"imported by {number(len(places), _word(part))}: {listed(places, _MANY, audit.every)}", OBSERVED)
    if record.reached:
        told = ", ".join(
            number(amount, _word(part)) for part in Part if (amount := sum(one.part is part for one in record.reached))
        )
        yield Line(f"reaches, through these, {told} more", INFERRED)


def _word(part: Part) -> str:
    return "file" if part is Part.SERVICE else f"{part.value} file"


def _holders(audit: Audit, place: object) -> Iterator[Line]:
    """Who uses, overrides and patches a thing."""
    found = next((code for code in audit.whole.codes if code.place == place), None)
    if found is None:
        return
    for part in Part:
        users = {use.by: use for use in audit.whole.uses_of(found.place) if use.by.part is part}
        if users:
            named = [quoted((use.route and f"{use.route} {use.by.name}") or use.by.full_name) for use in users.values()]
            yield Line(f"gives its session to {count(len(named), part)}: {listed(named, _FEW, audit.every)}", OBSERVED)
        opened = {one.by: None for one in audit.whole.openings if one.source == found.place and one.by.part is part}
        if opened:
            named = [quoted(code.full_name) for code in opened]
            yield Line(f"opened without a provider in {count(len(named), part)}: {listed(named, _FEW, audit.every)}", OBSERVED)
    handles = audit.whole.handles_of(found.place)
    for what, some in (("overridden", handles.overrides), ("patched", handles.patches)):
        if some:
            yield Line(f"{what} at {listed(_places(audit, some), _FEW, audit.every)}", OBSERVED)


def _places(audit: Audit, some: Sequence[Handle]) -> list[str]:
    return [quoted(audit.at(one.place)) for one in some]


# --- contracts --------------------------------------------------------------------------------------------------------


def _contracts(audit: Audit, files: Sequence[FileRecord]) -> Iterator[Block]:
    rows = [_row(audit, record, contract) for record in files for contract in record.contracts]
    if not rows:
        yield Prose("no name of it is imported elsewhere.", OBSERVED)
        return
    yield Prose("these names have to stay importable, under these modules, whatever changes behind them:", OBSERVED)
    yield Table(("name", "imported by", "replaced in"), tuple(rows))


def _row(audit: Audit, record: FileRecord, contract: Contract) -> tuple[str, str, str]:
    held = ", ".join(
        number(amount, _word(part)) for part in Part if (amount := sum(one.part is part for one in contract.holders))
    )
    codes = [code for code in audit.whole.codes if code.place.path == record.path and code.name == contract.name]
    handles = [audit.whole.handles_of(code.place) for code in codes]
    replaced = _places(audit, [one for each in handles for one in (*each.overrides, *each.patches)])
    return quoted(f"{record.module}.{contract.name}"), held, listed(replaced, 3, audit.every) or "nowhere"
