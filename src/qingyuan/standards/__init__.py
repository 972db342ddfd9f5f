"""The book of rules: every figure of a standard as dated, cited data, with unit and status."""
