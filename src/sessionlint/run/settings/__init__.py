"""Configuration: files, options, versions."""
