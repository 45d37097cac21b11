"""What a project has of engines, factories and providers, and who opens, lends, uses, imports and replaces what."""
