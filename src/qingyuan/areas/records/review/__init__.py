"""Reading records in the back office: risk, queue, decisions, figures."""
