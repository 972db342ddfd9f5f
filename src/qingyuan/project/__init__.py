"""The web half put together: settings, addresses, database backend, start-up."""
