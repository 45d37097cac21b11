from sessionlint.model.finding import Rule, Severity
from sessionlint.model.role import Role

RULE = Rule(
    code="SES114",
    name="sync-api-on-async-engine",
    severity=Severity.ERROR,
    why="What is synchronous cannot use an asynchronous engine: the call raises each time, and no table is made or read.",
    symptoms=(
        "AttributeError: 'AsyncEngine' object has no attribute '_run_ddl_visitor'",
        "AttributeError: 'AsyncConnection' object has no attribute '_run_ddl_visitor'",
        "NoInspectionAvailable: Inspection on an AsyncEngine is currently not supported",
        "NoInspectionAvailable: Inspection on an AsyncConnection is currently not supported",
        "NotImplementedError: asynchronous events are not implemented at this time",
        "AttributeError: 'AsyncEngine' object has no attribute 'cursor'",
    ),
    silent_in=frozenset({Role.STUB}),
)
