"""Pages of staff, certificates and training."""
