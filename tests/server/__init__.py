"""Projects that change: what is remembered of a project must not show in what is found in it."""
