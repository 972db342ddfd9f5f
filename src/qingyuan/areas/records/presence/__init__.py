"""Check-in and check-out, their approval, the entry log of a house."""
