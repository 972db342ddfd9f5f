"""Pages of the book of rules."""
