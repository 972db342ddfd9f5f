"""Controlled documents: versions, approval, reading, retention (4.4)."""
