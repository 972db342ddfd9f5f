"""Outlets, monitoring points, data loggers and their dated links; consents; contracts."""
