"""Full-text search in Chinese over what the areas put into its index."""
