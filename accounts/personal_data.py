"""What becomes of every field about people: its purpose and its end.

Each app has a module of this name with one `PERSONAL_DATA`: by model, by field. This one also
holds the words they are written in, and the tables of the frameworks. `accounts.privacy`
collects them; a field that nobody lists fails the build.
"""

from collections.abc import Mapping
from dataclasses import dataclass

#: Ends that follow a record instead of a clock.
THE_SERVICE = "the service"

#: Three years: how long records of processing are kept (Personal Information Protection Law,
#: art. 56), and how long somebody wronged by an act or a decision may claim (Civil Code, art. 188).
THREE_YEARS = 1096


@dataclass(frozen=True)
class Keep:
    """The row is deleted once `days` local days have passed since the latest of `since`.

    Day 0 holds the instant, as everywhere in this service: 28 days last until 24:00 of day 28.
    A row in which all of `since` are empty has not begun to age. `unless` says in words what
    holds a row longer; `why` where the number comes from.
    """

    days: int
    since: tuple[str, ...]
    why: str
    unless: str = ""


@dataclass(frozen=True)
class Erase:
    """Deleted together with what it belongs to: a row of the named model, or the service.

    A model named as its own end is a record without a clock: it ends by a person's deed.
    """

    with_: str


End = Keep | Erase


@dataclass(frozen=True)
class Personal:
    """A field about a person: what it is for, and when it ends."""

    purpose: str
    end: End


@dataclass(frozen=True)
class Impersonal:
    """A field about nobody, and why it is not."""

    why: str


Fate = Personal | Impersonal
Fields = dict[str, Fate]
Catalogue = Mapping[str, Fields]


def personal(end: End, purpose: str, *names: str) -> Fields:
    """Fields with one purpose and one end."""
    return dict.fromkeys(names, Personal(purpose, end))


def impersonal(why: str, *names: str) -> Fields:
    """Fields that are about nobody, for one reason."""
    return dict.fromkeys(names, Impersonal(why))


def table(*parts: Fields) -> Fields:
    """All fields of a model. Raises ValueError when one is listed twice."""
    names = [name for part in parts for name in part]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"listed twice: {', '.join(sorted(twice))}")
    return {name: fate for part in parts for name, fate in part.items()}


_CITIZEN = Keep(
    60,
    ("created_at",),
    "as long as the evidence that made the record",
    unless="somebody holds the code, or anything about the person is still kept",
)
_UNREGISTERED = Keep(
    1,
    ("date_joined", "last_login"),
    "a phone that signed in and went no further is of no use on the next day",
    unless="the user holds a code, waits for a desk or is an officer",
)
_CLAIM = Keep(30, ("made_at",), "a month to visit a desk; later it is told again in a minute")
_MEMBERSHIP = Keep(28, ("ends_at",), "contacts are sought no further back than visits are kept")
_AUDIT = Keep(THREE_YEARS, ("at",), "the three years of the law, for deeds of officers")
_ACCESS = Keep(THREE_YEARS, ("at",), "the three years of the law, for looks at people's data")
_ADMIN_LOG = Keep(THREE_YEARS, ("action_time",), "the three years of the law, as for the audit")
_SESSION = Keep(0, ("expire_date",), "a session that has ended says nothing of use")

_OWN = {
    "accounts.User": table(
        personal(_UNREGISTERED, "tells apart who signs in; random for citizens", "id", "username"),
        personal(_UNREGISTERED, "officers prove who they are; unusable for citizens", "password"),
        personal(
            _UNREGISTERED,
            "the phone that receives sign-in codes, and is called when its holder is a contact;"
            " found by fingerprint, sealed",
            "phone_fingerprint",
            "phone_sealed",
            "phone_verified",
        ),
        personal(
            _UNREGISTERED, "when an unused account may be deleted", "last_login", "date_joined"
        ),
        personal(
            _UNREGISTERED,
            "what an officer may do",
            "is_staff",
            "is_superuser",
            "is_active",
            "groups",
            "user_permissions",
        ),
    ),
    "accounts.Citizen": table(
        personal(_CITIZEN, "the random names that stand for a person", "id", "ref"),
        personal(
            _CITIZEN,
            "evidence about a document finds its person; found by fingerprint, sealed",
            "document_type",
            "document_fingerprint",
            "document_sealed",
        ),
        personal(_CITIZEN, "a gate compares the masked name; sealed", "name_sealed"),
        personal(
            _CITIZEN,
            "only the right phone, or a desk, opens the code",
            "user",
            "phone_fingerprint",
            "identity_confirmed_at",
        ),
        personal(_CITIZEN, "which rules and screenings apply", "district", "community"),
        personal(_CITIZEN, "since when a record exists", "created_at"),
    ),
    "accounts.Claim": table(
        personal(
            _CLAIM,
            "a desk compares the claim with the document; the name is sealed",
            "id",
            "user",
            "citizen",
            "name_sealed",
            "made_at",
        ),
    ),
    "accounts.Membership": table(
        personal(
            _MEMBERSHIP,
            "who shares rooms with whom every day is a contact of a case",
            "id",
            "citizen",
            "kind",
            "group",
            "starts_at",
            "ends_at",
        ),
    ),
    "accounts.Region": impersonal(
        "the published division codes", "code", "name", "name_en", "level", "parent"
    ),
    "accounts.AuditEvent": table(
        impersonal("a number of the ledger", "id"),
        personal(
            _AUDIT,
            "who did what to whom, and when; no identity in it",
            "at",
            "actor",
            "action",
            "target",
            "details",
        ),
    ),
    "accounts.AccessEvent": table(
        impersonal("a number of the ledger", "id"),
        personal(
            _ACCESS,
            "citizens read who saw their data, and what for",
            "at",
            "citizen_id",
            "actor",
            "purpose",
            "what",
        ),
    ),
}

_NEVER_FILLED = "the table stays empty: nobody is asked for an e-mail address"

_FRAMEWORKS = {
    "sessions.Session": table(
        personal(
            _SESSION,
            "keeps a browser signed in; a phone waiting for its code is sealed in it",
            "session_key",
            "session_data",
            "expire_date",
        ),
    ),
    "mfa.Authenticator": table(
        personal(
            Erase(with_="accounts.User"),
            "an officer's second factor",
            "id",
            "user",
            "type",
            "data",
            "created_at",
            "last_used_at",
        ),
    ),
    "admin.LogEntry": table(
        impersonal("a number of the log", "id"),
        personal(
            _ADMIN_LOG,
            "what an officer changed in the admin, by public names",
            "action_time",
            "user",
            "content_type",
            "object_id",
            "object_repr",
            "action_flag",
            "change_message",
        ),
    ),
    "account.EmailAddress": impersonal(_NEVER_FILLED, "id", "user", "email", "verified", "primary"),
    "account.EmailConfirmation": impersonal(
        _NEVER_FILLED, "id", "email_address", "created", "sent", "key"
    ),
    "auth.Group": impersonal("the roles that this service defines", "id", "name", "permissions"),
    "auth.Permission": impersonal("made by the code", "id", "name", "content_type", "codename"),
    "contenttypes.ContentType": impersonal("made by the code", "id", "app_label", "model"),
}

PERSONAL_DATA: Catalogue = _OWN | _FRAMEWORKS
