"""What is agreed with others: months, trips, stops, needs, hand-overs."""
