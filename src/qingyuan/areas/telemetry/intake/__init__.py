"""From the spool to the tables.

``reader`` turns frames into a ``Batch`` without touching the database (``routes`` says whose they
are, ``plans`` how their values lie), ``store`` writes a batch by upsert, ``run`` moves the position
forward in the same transaction. Whatever is read a second time changes nothing.
"""
