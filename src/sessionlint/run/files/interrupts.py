"""Ctrl-C and the like wait for a moment at which nothing is half done."""

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress


@contextmanager
def held_back() -> Generator[Callable[[], None], None, None]:
    """No signal interrupts the block; it gets a function that raises KeyboardInterrupt if one came. At its end, one is raised.

    Signals that end the process at once, or are ignored, stay as they are. In other threads than the main one none comes.
    """
    came: list[int] = []

    def interrupt_if_one_came() -> None:
        if came:
            raise KeyboardInterrupt

    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    ours = [number for number, handler in handlers.items() if callable(handler)]
    with suppress(ValueError):  # not the main thread
        for number in ours:
            signal.signal(number, lambda number, _: came.append(number))
    try:
        yield interrupt_if_one_came
    finally:
        with suppress(ValueError):
            for number in ours:
                signal.signal(number, handlers[number])
        interrupt_if_one_came()
