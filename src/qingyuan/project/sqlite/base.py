"""``ENGINE = "qingyuan.project.sqlite"``: a model whose class says ``clustered = True`` is stored
WITHOUT ROWID, in the order of its primary key, so that one point's year is one place on disk."""

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base, schema


class SchemaEditor(schema.DatabaseSchemaEditor):
    def table_sql(self, model: Any) -> tuple[str, Any]:
        sql, params = super().table_sql(model)
        return (f"{sql} WITHOUT ROWID" if getattr(model, "clustered", False) else sql), params


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect. A new file is for its owner alone: it holds station passwords and keys, and
        SQLite's log inherits its mode."""
        name = str(conn_params["database"])
        if not name.startswith("file:") and name != ":memory:":
            Path(name).touch(mode=0o600)
        return super().get_new_connection(conn_params)
