"""The report of a fleet: which repositories have findings, whose they are, whether it gets better, and what is not known."""
