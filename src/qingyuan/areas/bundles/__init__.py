"""One archive for an inspector: records, raw packets, changes, logs, and a list of hashes."""
