"""What a file is for: tests, migrations and scripts live by other rules than an application that runs for weeks."""

from enum import Enum


class Role(Enum):
    APPLICATION = "application"
    TEST = "test"
    MIGRATION = "migration"
    SCRIPT = "script"
    STUB = "stub"

    __hash__ = object.__hash__  # each is alone of its kind, and every rule asks in every module
