"""Periodic reports (Annex B): nine parts written from the facts, edited, approved, sealed, sent."""
