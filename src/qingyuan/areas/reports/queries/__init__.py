"""Every read of the report tables and the statistics. Scope first, always."""
