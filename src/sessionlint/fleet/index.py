"""A store as tables: what DuckDB, pandas and whatever else reads Parquet can be asked about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sessionlint.fleet.history import History
from sessionlint.fleet.record import Result, Sighting
from sessionlint.fleet.store import Store
from sessionlint.run.errors import UsageError

_ROWS = 10_000  # written at once: what is held does not grow with the store
_SIGHTINGS = ("repository", "source", "commit", "revision", "owner", "status", "reason", "result")
_FINDINGS = ("code", "name", "severity", "message", "filename", "line", "fingerprint", "line_hash")


def write_index(store: Store, folder: str) -> list[Path]:
    """Write the tables into ``folder``, and return their files. Raises UsageError, OSError."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError('fleet index: needs the extra "fleet": pip install "sessionlint[fleet]"') from None
    Path(folder).mkdir(parents=True, exist_ok=True)
    text, number = pyarrow.string(), pyarrow.int64()
    seen = {"run": number, **dict.fromkeys(_SIGHTINGS, text), "labels": pyarrow.list_(text)}
    seen |= {"is_new": pyarrow.bool_(), "tries": number, "findings": number, "seconds": pyarrow.float64()}
    found = {"repository": text, "commit": text, "version": text, "configuration": text, "result": text}
    found |= {**dict.fromkeys(_FINDINGS, text), "row": number, "column": number, "fix": text}
    tables = {"sightings": (seen, _sighted(store)), "findings": (found, _found(store))}
    return [_written(Path(folder) / f"{name}.parquet", *table) for name, table in tables.items()]


def _written(file: Path, columns: Mapping[str, Any], rows: Iterator[Mapping[str, Any]]) -> Path:
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.schema(list(columns.items()))
    unfinished = file.with_name(f"{file.name}.unfinished")
    with pyarrow.parquet.ParquetWriter(unfinished, schema) as writer:
        for batch in _batches(rows):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
    unfinished.replace(file)
    return file


def _batches(rows: Iterator[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == _ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _sighted(store: Store) -> Iterator[Mapping[str, Any]]:
    history = History(store.storage, store.warn)
    for run in history.runs():
        yield from (_sighting(run.number, each) for each in history.sightings(run))


def _sighting(run: int, each: Sighting) -> Mapping[str, Any]:
    told = {name: getattr(each, name) for name in (*_SIGHTINGS, "is_new", "tries")}
    counted = {"findings": sum(each.findings.values()), "seconds": each.effort.get("seconds")}
    return {"run": run, **told, "labels": list(each.labels), **counted}


def _found(store: Store) -> Iterator[Mapping[str, Any]]:
    """The findings of every result, each once, however many runs have seen it."""
    results = ((entry, store.result(entry)) for entry in store.entries())
    return ({"result": entry, **row} for entry, result in results if result is not None for row in _rows(result))


def _rows(result: Result) -> Iterator[Mapping[str, Any]]:
    for finding in result.findings:
        told = {name: finding.get(name) for name in _FINDINGS}
        fix = finding["fix"]["applicability"] if finding.get("fix") else None
        yield {**asdict(result.key), **told, **finding["location"], "fix": fix}
