"""The map of a project: its engines, factories and providers, and who opens, lends and uses sessions."""
