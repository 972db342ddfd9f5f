"""Reference materials, reagents and hazardous waste (4.6.2)."""
