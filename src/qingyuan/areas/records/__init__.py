"""Records: the forms people keep, who was there, what was checked at the desk, and the review."""
