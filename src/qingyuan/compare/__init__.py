"""Comparing groups of figures honestly: robust distance, effect size, interval, and refusal.

Pure: arrays in, findings out; no framework, no database, no clock.
"""
