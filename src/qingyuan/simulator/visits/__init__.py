"""Simulated visits to points: honest ones, honest ones with troubles, and cheating of many kinds,
with the minutes that the simulator's physics gives. They measure the cross-check."""
