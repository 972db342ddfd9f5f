"""The API of records, presence, desk and review."""
