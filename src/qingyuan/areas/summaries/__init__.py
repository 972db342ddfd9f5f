"""Reports beside Annex B: emissions, audits, checks, work and rates, stock, people."""
