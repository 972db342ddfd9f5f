"""Supervision (督查): plans, scored inspections, rectification, appeal, audit."""
