"""What a record's numbers are worth: drift, errors, accuracy, correlation, against the book.

Pure: numbers and a reader of figures go in, ``Item`` values come out. The equations are those of
``calc.accuracy``; here they meet their limits. ``qingyuan check-record`` and the record forms both
judge by these functions.
"""
