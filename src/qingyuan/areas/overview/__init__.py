"""The manager's page, and everything of one discharger in one place (一企一档)."""
