"""Django's SQLite backend, with tables clustered by their primary key where a model asks for it."""
