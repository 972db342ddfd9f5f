"""Pages of findings, silences, rules, orders received and response rates."""
