"""What FastAPI's ``Depends``, and containers of dependencies, call."""
