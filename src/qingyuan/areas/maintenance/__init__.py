"""What the company does at a point and when, and the forms that it is written into."""
