"""Spare parts and consumables: an immutable ledger of stock moves (4.6.1)."""
