"""Instrument parameters as filed with approval, and as the wire tells them."""
