"""Qingyuan (清源): information platform for O&M of stationary-source automatic monitors."""

__version__ = "0.1.0"
