"""What becomes of the app's fields about people: evidence, colours, appeals."""

from accounts.personal_data import (
    THE_SERVICE,
    THREE_YEARS,
    Catalogue,
    Erase,
    Keep,
    impersonal,
    personal,
    table,
)

#: The longest clock of the published rules runs 21 days (14 days red and 7 yellow for a close
#: contact; a release test that is owed lapses on day 21), the absence of a test counts 7, and
#: visits are kept 28. Sixty days hold the longest of these after a contact on the oldest kept day
#: (49 days), and leave eleven for an appeal. One number for all kinds, so that what a later fact
#: closes is never left behind without it.
EVIDENCE_DAYS = 60

#: Half a year: how long a decision may be taken to court (Administrative Litigation Law, art. 46).
APPEAL_DAYS = 183

_EVIDENCE = Keep(
    EVIDENCE_DAYS,
    ("occurred_at", "ended_at"),
    "the longest clock of the rules (21) after the oldest visit a trace finds (28), "
    "and eleven to appeal",
    unless="it has not ended, or the present decision would be another without it",
)
_DRAFT = Keep(EVIDENCE_DAYS, ("entered_at",), "as long as the evidence it may become")
_APPEAL = Keep(
    APPEAL_DAYS,
    ("answered_at",),
    "six months to go to court, Administrative Litigation Law art. 46",
)
_HISTORY = Keep(
    THREE_YEARS, ("decided_at",), "the three years of the law, for decisions made by a machine"
)
_DISPUTE = Keep(
    THREE_YEARS, ("found_at",), "as long as the history that was found not to follow from its facts"
)
_PASS = Keep(4, ("expires_at",), "scans made offline arrive up to three days later")
_WITH_THE_CITIZEN = Erase(with_="accounts.Citizen")
_WITH_THE_EVIDENCE = Erase(with_="healthcode.Evidence")
_WITH_THE_SERVICE = Erase(with_=THE_SERVICE)

PERSONAL_DATA: Catalogue = {
    "healthcode.Source": impersonal(
        "institutions, not people", "id", "name", "kinds", "token_hash", "is_active"
    ),
    "healthcode.Evidence": table(
        personal(
            _EVIDENCE,
            "the facts a colour follows from",
            "id",
            "citizen",
            "kind",
            "occurred_at",
            "ended_at",
            "details",
        ),
        personal(
            _EVIDENCE,
            "who said so, said when, and in which version: to correct and to take back",
            "reported_at",
            "recorded_at",
            "source",
            "source_ref",
            "version",
            "retracted",
            "digest",
        ),
    ),
    "healthcode.Retraction": table(
        personal(
            _WITH_THE_EVIDENCE,
            "which evidence no longer counts, on whose word",
            "id",
            "source",
            "source_ref",
            "up_to_version",
            "by",
            "reason",
            "at",
        ),
    ),
    "healthcode.EvidenceDraft": table(
        personal(
            _DRAFT,
            "what one officer entered waits for a second",
            "id",
            "citizen",
            "kind",
            "occurred_at",
            "ended_at",
            "details",
            "document",
            "entered_by",
            "entered_at",
            "approved_by",
            "approved_at",
        ),
    ),
    "healthcode.RiskArea": impersonal(
        "a published list of areas",
        "id",
        "listing",
        "version",
        "region",
        "tier",
        "tier_from",
        "tier_to",
        "recorded_at",
    ),
    "healthcode.Campaign": table(
        impersonal(
            "a published screening of a region",
            "id",
            "ref",
            "region",
            "opens_at",
            "due_by",
            "closes_at",
            "recorded_at",
        ),
        personal(_WITH_THE_SERVICE, "which two officers answer for it", "opened_by", "approved_by"),
    ),
    "healthcode.RuleSet": impersonal(
        "published rules",
        "id",
        "ruleset_id",
        "digest",
        "scope",
        "valid_from",
        "valid_until",
        "body",
        "loaded_at",
    ),
    "healthcode.Activation": table(
        impersonal("which rules decided when and where", "id", "ruleset", "region", "at", "undoes"),
        personal(_WITH_THE_SERVICE, "who put the rules in force", "by"),
    ),
    "healthcode.Spread": impersonal(
        "how far rules reached", "activation", "begins_at", "last_citizen", "done_at"
    ),
    "healthcode.DryRun": table(
        impersonal(
            "counts, and examples without names, instants or identifiers",
            "id",
            "ruleset",
            "region",
            "sample",
            "as_of",
            "last_citizen",
            "tally",
            "report",
            "finished_at",
        ),
        personal(_WITH_THE_SERVICE, "who had the rules tried", "requested_by"),
    ),
    "healthcode.Proposal": table(
        impersonal(
            "which rules were proposed, on which report, and what came of it",
            "id",
            "dry_run",
            "region",
            "activate_at",
            "worse_share",
            "max_worse_share",
            "needs_third",
            "state",
            "proposed_at",
            "approved_at",
            "third_at",
            "activation",
        ),
        personal(
            _WITH_THE_SERVICE,
            "which officers answer for the rules",
            "proposed_by",
            "approved_by",
            "third_by",
        ),
    ),
    "healthcode.Brake": table(
        impersonal(
            "when recolouring was braked", "id", "pulled_at", "worse", "first_at", "cleared_at"
        ),
        personal(_WITH_THE_SERVICE, "which two officers cleared it", "first_by", "cleared_by"),
    ),
    "healthcode.WorseTally": impersonal("counts by the minute", "minute", "worse"),
    "healthcode.Dispute": personal(
        _DISPUTE,
        "a status that could not be derived again, and who looked into it",
        "id",
        "citizen_id",
        "change_id",
        "found_at",
        "cleared_by",
        "cleared_at",
    ),
    "healthcode.ReplayRound": impersonal(
        "proves that everybody's status was derived again",
        "id",
        "begun_at",
        "last_citizen",
        "looked_at",
        "disputed",
        "finished_at",
    ),
    "healthcode.HealthStatus": table(
        personal(
            _WITH_THE_CITIZEN,
            "the present colour with its reasons, and when to decide again",
            "citizen",
            "colour",
            "decision",
            "rules",
            "decided_at",
            "due_at",
            "held_by",
        ),
        personal(
            _WITH_THE_CITIZEN,
            "venues ask how old a test is",
            "last_test_at",
            "last_negative_at",
        ),
    ),
    "healthcode.Phone": personal(
        _WITH_THE_CITIZEN,
        "codes that work without network go to one phone only",
        "citizen",
        "session_digest",
        "bound_at",
    ),
    "healthcode.WithdrawnList": impersonal(
        *("bits about passes whose holders nobody can tell", "number", "expires_on"),
        *("opened_at", "closed_at", "token", "built_at"),
    ),
    "healthcode.BoundPass": personal(
        _PASS,
        "whose a scanned code is, and whether it was withdrawn",
        "expires_on",
        "pass_id",
        "citizen_id",
        "slot",
        "issued_at",
        "expires_at",
        "withdrawn_at",
    ),
    "healthcode.PaperPass": personal(
        _PASS,
        "whose a printed code is, who printed it, and whether it still counts",
        "pass_id",
        "citizen",
        "issued_at",
        "expires_at",
        "ended_at",
        "issued_by",
    ),
    "healthcode.ColourChange": table(
        impersonal("a number of the ledger", "id"),
        personal(
            _HISTORY,
            "proves that each colour was derived, and from what",
            "citizen_id",
            "colour",
            "previous",
            "decision",
            "rules",
            "facts",
            "joined",
            "decided_at",
        ),
    ),
    "healthcode.Appeal": table(
        personal(
            _APPEAL,
            "a person answers for a decision; the text is sealed",
            "id",
            "ref",
            "citizen",
            "rule",
            "decided_at",
            "text_sealed",
            "filed_at",
            "answer_by",
            "state",
            "answer",
            "answered_by",
            "answered_at",
        ),
    ),
}
