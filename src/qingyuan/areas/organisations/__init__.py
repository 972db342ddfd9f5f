"""Units, dischargers, association, regulator; users, roles, scopes; the audit trail."""
