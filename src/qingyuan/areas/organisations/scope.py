"""In whose name somebody acts, and what the role may do. One table, no rule anywhere else."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from .models import Organisation, Role, User

_FIELD = frozenset({Role.MANAGER, Role.ENGINEER, Role.SUPERVISOR, Role.REVIEWER,
                    Role.STOREKEEPER, Role.ANALYST})
_EVERYBODY = frozenset(Role)
_OFFICE = frozenset({Role.MANAGER, Role.REVIEWER, Role.ADMINISTRATOR})

# verb -> roles that may
MAY: dict[str, frozenset[str]] = {
    "see_points": _EVERYBODY - {Role.OFFICER},
    "see_frames": _EVERYBODY - {Role.OFFICER, Role.STOREKEEPER},
    "see_gateway": _FIELD | {Role.ADMINISTRATOR},
    "see_stations": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "see_secrets": frozenset({Role.MANAGER, Role.ENGINEER, Role.ADMINISTRATOR}),
    "see_quarantine": _FIELD | {Role.INSPECTOR, Role.ADMINISTRATOR},
    "edit_stations": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "see_facilities": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "edit_facilities": frozenset({Role.MANAGER, Role.ENGINEER, Role.ADMINISTRATOR}),
    "see_contracts": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "edit_contracts": frozenset({Role.MANAGER, Role.DISCHARGER_MANAGER, Role.ADMINISTRATOR}),
    "give_consent": frozenset({Role.DISCHARGER_MANAGER}),
    "record_consent": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "send_command": frozenset({Role.MANAGER}),
    "replay_quarantine": _OFFICE,
    "import_readings": _OFFICE,
    "edit_organisation": frozenset({Role.MANAGER, Role.DISCHARGER_MANAGER, Role.ADMINISTRATOR}),
    "see_rules": _EVERYBODY - {Role.OFFICER},
    "see_duties": _EVERYBODY - {Role.OFFICER},
    "see_forms": _EVERYBODY - {Role.OFFICER},
    "override_rule": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "record_event": frozenset({Role.MANAGER, Role.ENGINEER, Role.REVIEWER}),
    "record_manual_value": frozenset({Role.MANAGER, Role.ENGINEER, Role.REVIEWER, Role.ANALYST}),
    "prepare_mark": frozenset({Role.MANAGER, Role.ENGINEER, Role.REVIEWER}),
    "declare_mark": frozenset({Role.DISCHARGER_MANAGER, Role.MANAGER}),
    "import_marks": frozenset({Role.MANAGER, Role.REVIEWER, Role.ENGINEER}),
    "prepare_audit": frozenset({Role.MANAGER, Role.REVIEWER}),
    "confirm_audit": frozenset({Role.DISCHARGER_MANAGER, Role.MANAGER}),
    "set_parameter": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    # sites, permits, labels, set-up
    "see_sites": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "edit_sites": frozenset({Role.MANAGER, Role.ENGINEER, Role.ADMINISTRATOR}),
    "edit_offices": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "edit_keepers": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "see_permits": _FIELD | {Role.ADMINISTRATOR},
    "edit_permits": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "edit_entry": frozenset({Role.MANAGER, Role.ENGINEER, Role.DISCHARGER_MANAGER}),
    "print_labels": frozenset({Role.MANAGER, Role.ENGINEER, Role.DISCHARGER_MANAGER}),
    "open_ledger": frozenset({Role.DISCHARGER_MANAGER}),
    "import_setup": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    # files
    "see_files": _EVERYBODY - {Role.OFFICER},
    "attach": _FIELD | {Role.DISCHARGER_MANAGER},
    # duties and plans
    "choose_duties": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "see_tasks": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "plan_tasks": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "assign_task": frozenset({Role.MANAGER}),
    "work_task": frozenset({Role.MANAGER, Role.ENGINEER, Role.SUPERVISOR}),
    "approve_cancel": frozenset({Role.MANAGER}),
    "confirm_plan": frozenset({Role.DISCHARGER_MANAGER}),
    "see_trips": _FIELD | {Role.ADMINISTRATOR},
    "edit_trips": frozenset({Role.MANAGER, Role.ENGINEER}),
    "record_stop": frozenset({Role.MANAGER, Role.ENGINEER}),
    "edit_joint": frozenset({Role.MANAGER, Role.ENGINEER}),
    "edit_needs": frozenset({Role.MANAGER, Role.ENGINEER}),
    "answer_needs": frozenset({Role.MANAGER, Role.DISCHARGER_MANAGER}),
    "hand_over": frozenset({Role.MANAGER, Role.ENGINEER}),
    # work orders
    "see_orders": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "open_order": _FIELD | {Role.DISCHARGER_MANAGER},
    "assign_order": frozenset({Role.MANAGER}),
    "work_order": frozenset({Role.MANAGER, Role.ENGINEER, Role.SUPERVISOR}),
    "close_order": frozenset({Role.MANAGER, Role.REVIEWER}),
    "edit_letters": frozenset({Role.MANAGER, Role.REVIEWER}),
    # records, presence, desk, review
    "see_records": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "fill_record": frozenset({Role.MANAGER, Role.ENGINEER, Role.SUPERVISOR, Role.STOREKEEPER,
                              Role.ANALYST}),
    "void_record": frozenset({Role.MANAGER}),
    "own_form": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "check_in": frozenset({Role.MANAGER, Role.ENGINEER, Role.SUPERVISOR}),
    "approve_presence": frozenset({Role.MANAGER, Role.SUPERVISOR}),
    "see_presence": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "write_entry_log": frozenset({Role.MANAGER, Role.ENGINEER, Role.DISCHARGER_MANAGER}),
    "see_desk": _FIELD | {Role.ADMINISTRATOR},
    "sign_desk": frozenset({Role.MANAGER, Role.ENGINEER, Role.REVIEWER}),
    "see_review": frozenset({Role.MANAGER, Role.REVIEWER, Role.SUPERVISOR, Role.ADMINISTRATOR}),
    "review_record": frozenset({Role.MANAGER, Role.REVIEWER}),
    "set_review": frozenset({Role.MANAGER}),
    # notices, findings, orders received
    "see_notices": _EVERYBODY,
    "edit_channels": frozenset({Role.MANAGER, Role.DISCHARGER_MANAGER, Role.ADMINISTRATOR}),
    "see_deliveries": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "see_roster": _FIELD | {Role.ADMINISTRATOR},
    "edit_roster": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "see_findings": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "work_finding": frozenset({Role.MANAGER, Role.ENGINEER, Role.SUPERVISOR, Role.REVIEWER,
                               Role.DISCHARGER_MANAGER}),
    "verify_finding": frozenset({Role.MANAGER, Role.REVIEWER, Role.SUPERVISOR}),
    "silence_findings": frozenset({Role.MANAGER, Role.REVIEWER}),
    "set_finding_rules": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "see_directives": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "edit_directives": frozenset({Role.MANAGER, Role.REVIEWER, Role.SUPERVISOR}),
    # parameters of instruments
    "see_parameters": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "file_parameters": frozenset({Role.MANAGER, Role.ENGINEER, Role.SUPERVISOR}),
    "approve_parameters": frozenset({Role.MANAGER, Role.DISCHARGER_MANAGER}),
    # supervision (督查)
    "see_supervision": _FIELD | {Role.ADMINISTRATOR},
    "plan_supervision": frozenset({Role.MANAGER}),
    "inspect": frozenset({Role.MANAGER, Role.SUPERVISOR}),
    "rectify": frozenset({Role.MANAGER, Role.ENGINEER}),
    "audit_rectification": frozenset({Role.MANAGER, Role.SUPERVISOR}),
    "edit_templates": frozenset({Role.MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR}),
    # staff, commitments, appraisal
    "see_people": _FIELD | {Role.ADMINISTRATOR},
    "edit_people": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "see_commitments": _FIELD | {Role.ADMINISTRATOR},
    "sign_commitment": _FIELD,
    "edit_commitments": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "appraise": frozenset({Role.MANAGER, Role.SUPERVISOR}),
    # controlled documents, search
    "see_documents": _FIELD | {Role.ADMINISTRATOR},
    "edit_documents": frozenset({Role.MANAGER, Role.REVIEWER, Role.SUPERVISOR}),
    "approve_documents": frozenset({Role.MANAGER}),
    "read_documents": _FIELD,
    "search": _FIELD | {Role.ADMINISTRATOR, Role.DISCHARGER_MANAGER},
    # unit file, offices, vehicles, tools
    "see_means": _FIELD | {Role.ADMINISTRATOR},
    "edit_means": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "apply_vehicle": _FIELD,
    "approve_vehicle": frozenset({Role.MANAGER}),
    "lend_tool": frozenset({Role.MANAGER, Role.STOREKEEPER, Role.ENGINEER}),
    # laboratory and samples
    "see_samples": _FIELD | {Role.ADMINISTRATOR},
    "edit_laboratory": frozenset({Role.MANAGER, Role.ANALYST, Role.ADMINISTRATOR}),
    "handle_samples": frozenset({Role.MANAGER, Role.ENGINEER, Role.ANALYST}),
    # stock, reference materials, waste
    "see_supplies": _FIELD | {Role.ADMINISTRATOR},
    "edit_supplies": frozenset({Role.MANAGER, Role.STOREKEEPER}),
    "move_stock": frozenset({Role.MANAGER, Role.STOREKEEPER}),
    "issue_stock": frozenset({Role.MANAGER, Role.STOREKEEPER, Role.ENGINEER}),
    "see_materials": _FIELD | {Role.ADMINISTRATOR},
    "edit_materials": frozenset({Role.MANAGER, Role.STOREKEEPER, Role.ANALYST}),
    "use_material": _FIELD,
    "see_waste": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "edit_waste": frozenset({Role.MANAGER, Role.STOREKEEPER, Role.ENGINEER}),
    # periodic reports
    "see_periodic": _FIELD | {Role.DISCHARGER_MANAGER, Role.ADMINISTRATOR},
    "edit_periodic": frozenset({Role.MANAGER, Role.REVIEWER, Role.ENGINEER}),
    "approve_periodic": frozenset({Role.MANAGER}),
    "receive_periodic": frozenset({Role.DISCHARGER_MANAGER}),
    # other reports, the inspector's archive, the workbench
    "see_summaries": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "schedule_summaries": frozenset({Role.MANAGER, Role.REVIEWER}),
    "see_bundles": frozenset({Role.MANAGER, Role.REVIEWER, Role.SUPERVISOR, Role.INSPECTOR,
                              Role.DISCHARGER_MANAGER, Role.ADMINISTRATOR}),
    "make_bundle": frozenset({Role.MANAGER, Role.REVIEWER, Role.SUPERVISOR, Role.INSPECTOR,
                              Role.DISCHARGER_MANAGER}),
    "see_analysis": _FIELD | {Role.DISCHARGER_MANAGER, Role.ADMINISTRATOR},
    "save_analysis": _FIELD | {Role.DISCHARGER_MANAGER},
    "share_analysis": frozenset({Role.MANAGER, Role.REVIEWER, Role.ANALYST}),
    # capability, the manager's page
    "see_capability": frozenset({Role.MANAGER, Role.SUPERVISOR, Role.REVIEWER,
                                 Role.ADMINISTRATOR}),
    "edit_scenarios": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "see_dashboard": frozenset({Role.MANAGER, Role.SUPERVISOR, Role.REVIEWER,
                                Role.ADMINISTRATOR}),
    "see_archive": _FIELD | {Role.DISCHARGER_MANAGER, Role.INSPECTOR, Role.ADMINISTRATOR},
    "see_audit": frozenset({Role.MANAGER, Role.SUPERVISOR, Role.INSPECTOR, Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """First argument of every query and action. ``user`` is None for the command line."""

    organisation: Organisation
    role: str
    user: User | None = None
    address: str = ""

    @property
    def who(self) -> str:
        return str(self.user) if self.user else "命令行"


def may(scope: Scope, verb: str) -> bool:
    """Whether the role may do the verb; KeyError for a verb that is not in the table."""
    return scope.role in MAY[verb]


def require(scope: Scope, verb: str) -> None:
    """Refuse with PermissionDenied unless ``may``."""
    if not may(scope, verb):
        raise PermissionDenied(f"{scope.role} may not {verb}")
