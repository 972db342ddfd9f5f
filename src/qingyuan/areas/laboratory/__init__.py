"""The laboratory and the comparison samples that go there (4.8)."""
