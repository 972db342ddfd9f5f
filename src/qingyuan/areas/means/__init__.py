"""The unit file, offices and rooms, vehicles, tools (4.1, 4.2, 4.7)."""
