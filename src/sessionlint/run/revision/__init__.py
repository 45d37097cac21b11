"""What git has of the project: the only place that calls it, and only for ``--since``, ``--staged`` and ``audit``."""
