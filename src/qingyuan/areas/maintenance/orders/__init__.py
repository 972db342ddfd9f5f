"""Work orders: their life, clocks and letters."""
