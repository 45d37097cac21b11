"""sessionlint: finds the ways in which SQLAlchemy sessions are opened, shared, leaked, mistyped and closed wrongly."""

__version__ = "0.1.0"
