"""The API of plans, tasks and work orders."""
