"""Reference materials and reagents (4.6.2)."""
