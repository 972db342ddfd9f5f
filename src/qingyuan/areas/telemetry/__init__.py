"""From raw frames to readings: intake, storage, queries, imports, retention."""
