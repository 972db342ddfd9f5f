"""``ENGINE = "qingyuan.project.sqlite"``: a model whose class says ``clustered = True`` is stored
WITHOUT ROWID, in the order of its primary key, so that one point's year is one place on disk."""

from typing import Any

from django.db.backends.sqlite3 import base, schema


class SchemaEditor(schema.DatabaseSchemaEditor):
    def table_sql(self, model: Any) -> tuple[str, Any]:
        sql, params = super().table_sql(model)
        return (f"{sql} WITHOUT ROWID" if getattr(model, "clustered", False) else sql), params


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor
