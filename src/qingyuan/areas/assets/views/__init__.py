"""Pages of the station registry."""
