"""Pages of parameters."""
