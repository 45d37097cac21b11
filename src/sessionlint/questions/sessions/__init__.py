"""Sessions: where they are opened, kept, used and closed."""
