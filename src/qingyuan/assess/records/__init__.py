"""Judging one record of a calibration, verification or comparison from a file.

No database and no Django: ``check.check`` takes the text of a TOML file and gives the answer of
``docs/how-to/check-a-record.md``, which is a promise.
"""
