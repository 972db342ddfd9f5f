"""Staff: posts, certificates, training, leave (4.3)."""
