"""What people may do: roles, as Django groups with a fixed list of permissions."""

from enum import StrEnum


class Role(StrEnum):
    """The officers' roles; a citizen has none."""

    TRACER = "tracer"
    DESK = "desk"
    VENUES = "venues"
    AUDITOR = "auditor"


#: Permissions by role, as (app_label, codename). Granted by a migration, tested as a matrix.
GRANTS: dict[Role, frozenset[tuple[str, str]]] = {
    Role.TRACER: frozenset(
        {
            ("tracing", "view_case"),
            ("tracing", "decide_case"),
            ("tracing", "view_contact"),
            ("accounts", "view_citizen"),
            ("accounts", "reveal_citizen"),
            ("healthcode", "view_evidence"),
            ("healthcode", "add_evidence"),
            ("healthcode", "approve_evidence"),
            ("healthcode", "view_evidencedraft"),
            ("healthcode", "view_healthstatus"),
            ("healthcode", "view_colourchange"),
        }
    ),
    Role.DESK: frozenset(
        {
            ("accounts", "view_citizen"),
            ("accounts", "reveal_citizen"),
            ("accounts", "confirm_identity"),
            ("accounts", "view_claim"),
            ("healthcode", "view_healthstatus"),
            ("healthcode", "view_appeal"),
            ("healthcode", "answer_appeal"),
        }
    ),
    Role.VENUES: frozenset(
        {
            ("tracing", "view_venue"),
            ("tracing", "add_venue"),
            ("tracing", "change_venue"),
            ("tracing", "view_zone"),
            ("tracing", "add_zone"),
            ("tracing", "change_zone"),
            ("tracing", "view_device"),
            ("tracing", "enrol_device"),
        }
    ),
    Role.AUDITOR: frozenset(
        {
            ("accounts", "view_auditevent"),
            ("accounts", "view_accessevent"),
            ("healthcode", "view_evidence"),
            ("healthcode", "view_colourchange"),
            ("healthcode", "view_healthstatus"),
            ("healthcode", "view_ruleset"),
            ("tracing", "view_alarm"),
            ("tracing", "view_case"),
            ("tracing", "view_contact"),
            ("tracing", "view_scan"),
        }
    ),
}
