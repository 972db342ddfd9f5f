"""Which kinds of work do what to an analyser."""

THROUGH_GAS = frozenset({"calibration", "full_calibration", "indication", "standard_check"})
"""Work that puts gas or a standard through the analyser."""
TAKEN_OUT = frozenset({"maintenance", "repair", "replacement"})
"""Work that takes it out of measurement."""
WHOLE_PATH = frozenset({"full_calibration", "indication"})
"""Work whose gas goes to the probe and back."""
DEVICE_MARKS = frozenset({"device_maintenance", "calibration", "standard_check"})
"""Marks that say that somebody, or the analyser itself, was at work."""
