"""What an O&M unit must have (clauses 4.1 to 4.8 and 6), judged from facts on any day.

No database and no Django: ``reading.read`` takes a facts file, ``evaluate.evaluate`` gives one
verdict for each check C01 to C21. The file and the answer are those of
``docs/how-to/evaluate-capability.md``, which is a promise.
"""
