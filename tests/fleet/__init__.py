"""Fleets: stores, engines, and whatever can go wrong between them."""
