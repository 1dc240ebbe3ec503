"""Shops that register themselves, their bons plans, and the ambassadors who visit them (docs/shops.md)."""
