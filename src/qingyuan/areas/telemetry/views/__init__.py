"""Pages of the telemetry area: each view reads by queries, writes by actions, and shows."""
