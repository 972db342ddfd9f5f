"""What pure packages share and nothing else: the China clock, the places of the data."""
