"""Pages of records: forms, presence, desk, review."""
