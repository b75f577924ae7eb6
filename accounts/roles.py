"""What people may do: roles, as Django groups with a fixed list of permissions."""

from enum import StrEnum


class Role(StrEnum):
    """The officers' roles; a citizen has none."""

    TRACER = "tracer"
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
        "view_alarm",
        "change_alarm",
        "view_place",
        "view_boardedtrip",
    ),
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
