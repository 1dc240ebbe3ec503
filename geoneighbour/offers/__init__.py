"""Offers of partners: their feeds, imports, service areas, and what serves a home."""
