"""Pages of duties, plans, tasks and work orders."""
