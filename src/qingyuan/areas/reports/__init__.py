"""What is read off judged values: report tables in the trade's layout, statistics of rates."""
