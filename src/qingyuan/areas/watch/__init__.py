"""Detectors: they look down on data, duties and certificates and raise findings."""
