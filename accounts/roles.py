"""What people may do: roles, as Django groups with a fixed list of permissions."""

from enum import StrEnum


class Role(StrEnum):
    """The officers' roles; a citizen has none."""

    TRACER = "tracer"
    COMMUNITY = "community"
    DESK = "desk"
    VENUES = "venues"
    AUDITOR = "auditor"
    POLICY = "policy"


Permissions = frozenset[tuple[str, str]]


def _may(app: str, *codenames: str) -> Permissions:
    return frozenset((app, codename) for codename in codenames)


#: Permissions by role, as (app_label, codename). Written into groups by `sync_roles` and tested
#: as a matrix. What no role has (officers, sources, risk areas) only an administrator may.
GRANTS: dict[Role, Permissions] = {
    # Decides about cases, enters evidence, and approves what somebody else entered.
    Role.TRACER: _may("accounts", "view_citizen", "reveal_citizen", "view_region")
    | _may(
        "healthcode",
        "view_evidence",
        "add_evidence",
        "approve_evidence",
        "view_evidencedraft",
        "view_healthstatus",
        "view_colourchange",
        "view_riskarea",
        "view_campaign",
        "view_ruleset",
    )
    | _may(
        "tracing",
        "view_case",
        "decide_case",
        "view_contact",
        "view_contacttask",
        "work_contacttask",
        "view_statement",
        "add_statement",
        "approve_statement",
        "view_tracebrake",
        "clear_tracebrake",
        "view_venue",
        "view_zone",
        "view_venuereview",
        "close_venuereview",
        "view_alarm",
        "change_alarm",
        "view_place",
        "view_boardedtrip",
    ),
    # The street's or community's people: calls, tests and places to stay for contacts.
    Role.COMMUNITY: _may("accounts", "view_citizen", "reveal_citizen", "view_region")
    | _may("healthcode", "view_healthstatus")
    | _may("tracing", "view_contacttask", "work_contacttask", "view_statement", "add_statement"),
    # Sees documents at a desk, prints codes, answers appeals; what was wrong it enters, others
    # approve.
    Role.DESK: _may(
        "accounts",
        "view_citizen",
        "reveal_citizen",
        "confirm_identity",
        "view_claim",
        "view_region",
    )
    | _may(
        "healthcode",
        "view_healthstatus",
        "view_colourchange",
        "view_evidence",
        "add_evidence",
        "view_evidencedraft",
        "view_appeal",
        "answer_appeal",
        "issue_paper",
    ),
    # Looks after venues and their gates; knows no people.
    Role.VENUES: _may("accounts", "view_region")
    | _may(
        "tracing",
        "view_venue",
        "add_venue",
        "change_venue",
        "view_zone",
        "add_zone",
        "change_zone",
        "view_place",
        "view_device",
        "enrol_device",
        "view_scan",
        "view_venuereview",
        "close_venuereview",
        "view_alarm",
        "change_alarm",
    ),
    # Reads everything but identities, and changes nothing.
    Role.AUDITOR: _may(
        "accounts", "view_auditevent", "view_accessevent", "view_citizen", "view_region"
    )
    | _may(
        "healthcode",
        "view_evidence",
        "view_evidencedraft",
        "view_retraction",
        "view_colourchange",
        "view_healthstatus",
        "view_ruleset",
        "view_dryrun",
        "view_proposal",
        "view_activation",
        "view_brake",
        "view_dispute",
        "view_replayround",
        "view_source",
        "view_riskarea",
        "view_campaign",
        "view_appeal",
    )
    | _may(
        "tracing",
        "view_alarm",
        "view_case",
        "view_contact",
        "view_contacttask",
        "view_statement",
        "view_tracebrake",
        "view_venuereview",
        "view_scan",
        "view_venue",
        "view_zone",
        "view_place",
        "view_device",
        "view_boardedtrip",
    ),
    # Keeps the rules: tries, proposes and approves them, rolls them back, clears the brake. Always
    # with a second person; knows no people.
    Role.POLICY: _may("accounts", "view_region")
    | _may(
        "healthcode",
        "view_ruleset",
        "add_ruleset",
        "view_dryrun",
        "view_proposal",
        "propose_rules",
        "approve_rules",
        "view_activation",
        "roll_back_rules",
        "view_brake",
        "clear_brake",
        "view_riskarea",
        "view_campaign",
        "view_replayround",
    ),
}
