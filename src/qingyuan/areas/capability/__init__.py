"""Clauses 4.1 to 4.8 and 6 computed from the facts: history, forecast, what-if."""
