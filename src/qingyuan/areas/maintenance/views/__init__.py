"""Pages of duties and record forms."""
