"""Begins a rule: ``python -m scaffold FAMILY NAME`` makes its folder, with what every rule has. See CONTRIBUTING.md."""
