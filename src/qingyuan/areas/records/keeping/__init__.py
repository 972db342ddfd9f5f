"""Records from draft to version: kept, computed, submitted, corrected, printed."""
