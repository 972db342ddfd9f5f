"""The daily remote check: ``facts`` gathers what telemetry says of all points in a fixed number of
queries, ``judging`` turns it into marks and sentences, ``filling`` writes the day's lines,
``signing`` makes records of them. ``actions`` and ``queries`` are for everybody else."""
