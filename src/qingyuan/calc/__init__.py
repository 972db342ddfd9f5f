"""The arithmetic of the standards: pure functions on arrays; a docstring is the specification."""
