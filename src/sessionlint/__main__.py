"""``python -m sessionlint``."""

import os
import sys


def _forget_current_folder() -> None:
    """``-m`` puts the current folder before all others: a checkout's ``click.py`` or ``tokenize.py`` would be imported, and run.

    Nothing but what Python itself has imported by now may be imported before this.
    """
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - without importing more
    if sys.flags.isolated or getattr(sys.flags, "safe_path", False) or sys.path[:1] == [ours]:
        return
    try:
        current = os.getcwd()  # noqa: PTH109
    except OSError:  # it is gone, and nothing can be imported from it
        return
    if sys.path[:1] == [current]:
        del sys.path[0]


if __name__ == "__main__":
    _forget_current_folder()
    from sessionlint.cli import main

    main()
