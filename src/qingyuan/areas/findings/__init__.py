"""What needs a person: one register with a life, clocks and escalation; orders received."""
