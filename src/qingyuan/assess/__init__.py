"""Files in, verdicts out: the file doors, without Django or a database."""
