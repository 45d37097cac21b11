"""Providers: what they lend, to whom, and how they end."""
