"""Commitments of Annex A, signed; appraisal with scores (4.3.9)."""
