"""The repositories of a report become patches, by whatever engine checks them; no patch is held once it is handed on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import field
from pathlib import Path
from typing import Any

from sessionlint.fleet.asked import Asked
from sessionlint.fleet.attempt import Attempt, attempt
from sessionlint.fleet.engine import Engine, EngineLostError
from sessionlint.fleet.mend import Mend
from sessionlint.fleet.record import Finding, Target, digest_of
from sessionlint.fleet.targets import is_url
from sessionlint.fleet.task import Limits, Task
from sessionlint.model.records import dataclass
from sessionlint.report.fleet.view import Found, Service
from sessionlint.run.request import FixLevel

_AHEAD = 2
_DIGITS = 10
_LEVELS: Mapping[FixLevel, tuple[str, ...]] = {"safe": ("safe",), "unsafe": ("safe", "unsafe")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which fixes: safe ones, or unsafe ones, too (``level``), of rules that ``chooses`` takes."""

    level: FixLevel
    chooses: Callable[[str], bool]

    def codes(self, service: Service) -> tuple[str, ...]:
        """The rules of which something is to be fixed there."""
        return tuple(sorted({found.code for found in service.found if self._takes(found)}))

    def _takes(self, found: Found) -> bool:
        fix = found.data["fix"]
        return fix is not None and fix["applicability"] in _LEVELS[self.level] and self.chooses(found.code)


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of it: a ``patch`` for a ``branch``, with what it fixes and what it leaves; or, without one, why (``reason``)."""

    repository: str
    source: str
    commit: str
    status: str = "ok"
    reason: str = ""
    branch: str = ""
    patch: bytes = b""
    fixed: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()
    errors: tuple[str, ...] = field(default=())


class Mending:
    """``revision``: what was to be looked at of each repository, as its list said."""

    def __init__(self, engine: Engine, asked: Asked, limits: Limits, wanted: Wanted, revision: Callable[[str], str]) -> None:
        self._engine = engine
        self._asked = asked
        self._limits = limits
        self._wanted = wanted
        self._revision = revision
        self._running: dict[Future[Attempt], Service] = {}

    def run(self, services: Iterable[Service]) -> Iterator[Mended]:
        """One for each of ``services`` in which there is something to fix, as soon as it is done. Raises EngineLostError."""
        waiting = (service for service in services if self._wanted.codes(service))
        while self._submit(waiting):
            done, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in done:
                yield _mended(self._running.pop(future), _outcome(future))

    @property
    def running(self) -> int:
        return len(self._running)

    def _submit(self, waiting: Iterator[Service]) -> bool:
        while len(self._running) < max(1, self._engine.workers()) * _AHEAD:
            service = next(waiting, None)
            if service is None:
                break
            try:
                future = self._engine.executor.submit(attempt, self._task(service).data())
            except RuntimeError as error:
                raise EngineLostError(str(error)) from None
            self._running[future] = service
        return bool(self._running)

    def _task(self, service: Service) -> Task:
        source = service.source if is_url(service.source) else str(Path(service.source).absolute())
        target = Target(service.repository, source, self._revision(service.repository))
        fingerprints = tuple(found.data["fingerprint"] for found in service.found)
        mend = Mend(service.commit, self._wanted.level, self._wanted.codes(service), fingerprints, service.version)
        return Task(target, self._asked, self._limits, {}, {}, mend=mend)


def _outcome(future: Future[Attempt]) -> Attempt:
    try:
        return future.result()
    except CancelledError:
        return Attempt("failed", "it was taken back")
    except Exception as error:  # of the engine
        return Attempt("failed", f"its worker was lost: {type(error).__name__}")


def _mended(service: Service, tried: Attempt) -> Mended:
    told: Mapping[str, Any] | None = tried.mended
    if told is None:
        return Mended(service.repository, service.source, service.commit, tried.status, tried.reason)
    fixed, left = tuple(told["fixed"]), tuple(told["left"])
    return Mended(
        service.repository,
        service.source,
        service.commit,
        branch=_branch(service.commit, fixed),
        patch=told["patch"].encode("latin-1"),
        fixed=fixed,
        left=left,
        errors=tuple(told["errors"]),
    )


def _branch(commit: str, fixed: Iterable[Finding]) -> str:
    """The same for the same fixes of the same commit."""
    names = sorted({each["name"] for each in fixed})
    what = names[0] if len(names) == 1 else "fixes"
    told = "\0".join((commit, *sorted(each["fingerprint"] for each in fixed)))
    return f"sessionlint/{what}-{digest_of(told)[:_DIGITS]}"
