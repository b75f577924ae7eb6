"""What the tracing app refuses."""

from accounts.errors import DomainError


class UnknownDevice(DomainError):
    """No enrolled device holds this token."""

    code = "unknown_device"
    message = "This device is not enrolled."


class DeviceRevoked(DomainError):
    """The device was taken out of service."""

    code = "device_revoked"
    message = "This device was revoked. Ask the venue's office for a new enrolment."


class DeviceInvalid(DomainError):
    """A device whose zone, name or direction cannot be accepted."""

    code = "device_invalid"
    message = "The device cannot be accepted."


class EnrolmentRefused(DomainError):
    """The one-time token is unknown."""

    code = "enrolment_unknown"
    message = "This enrolment code is not known."


class EnrolmentUsed(DomainError):
    """The one-time token was used before."""

    code = "enrolment_used"
    message = "This enrolment code was used before."


class EnrolmentExpired(DomainError):
    """The one-time token is older than ten minutes."""

    code = "enrolment_expired"
    message = "This enrolment code has expired."


class ScanInvalid(DomainError):
    """A scan that cannot be stored: its id, time or direction is not valid."""

    code = "scan_invalid"
    message = "The scan is not valid."


class ScanConflict(DomainError):
    """The same scan id with other content, or another device's."""

    code = "conflict"
    message = "This scan id was used with other content."


class VisitInvalid(DomainError):
    """A correction that would not shorten one's own stay."""

    code = "visit_invalid"
    message = "Only an assumed stay can be corrected, to an earlier end."


class UnknownScan(DomainError):
    """No scan of this device has this id."""

    code = "unknown_scan"
    message = "This scan is not known."


class UnknownCase(DomainError):
    """No case has this id."""

    code = "unknown_case"
    message = "This case is not known."


class CaseInvalid(DomainError):
    """A case whose dates cannot be."""

    code = "case_invalid"
    message = "The dates of the case cannot be."


class CaseOpen(DomainError):
    """The person has an open case; it is decided before another is opened."""

    code = "case_open"
    message = "This person has an open case."


class CaseMerged(DomainError):
    """The case was merged into another, which speaks for both."""

    code = "case_merged"
    message = "This case was merged into another. Separate it first."


class MergeRefused(DomainError):
    """Two cases that cannot be one infection: the same one, or one that is not confirmed."""

    code = "merge_refused"
    message = "Only two different confirmed cases can be merged."


class TraceOutOfReach(DomainError):
    """A trace further back than stays are kept: what was found would be lost."""

    code = "trace_out_of_reach"
    message = "The stays of that time are deleted; the case cannot be traced anew."


class UnknownBrake(DomainError):
    """No trace was held back under this id."""

    code = "unknown_brake"
    message = "This brake is not known."


class SecondPersonNeeded(DomainError):
    """Somebody would decide alone what takes two."""

    code = "second_person_needed"
    message = "Somebody else has to look at this too."


class BrakeMoved(DomainError):
    """The trace reaches another number of people than the one that was looked at."""

    code = "brake_moved"
    message = "The number of people has changed. Look again."


class OwnerMissing(DomainError):
    """Ledgers and partitions are the owner's to delete, and the owner's address is not set."""

    code = "owner_missing"
    message = "Set MIGRATE_DATABASE_URL: only the owner of the tables may delete from ledgers."


class OddPartition(DomainError):
    """A partition whose name does not tell its month or day: nobody knows when it expires."""

    code = "odd_partition"
    message = "A partition is not named by its month or day."


class VenueInvalid(DomainError):
    """A venue or zone in no known region, of no known kind, or of a name that is taken."""

    code = "venue_invalid"
    message = "The venue or zone cannot be accepted."


class NoPoster(DomainError):
    """A text that is not on any poster: something else was scanned, or typed wrongly."""

    code = "no_poster"
    message = "This is not the code of a check-in poster."


class HealthCodeShown(DomainError):
    """Somebody's health code was scanned in a poster's place."""

    code = "health_code_shown"
    message = "This is a health code, not a check-in poster."


class UnknownPoster(DomainError):
    """No zone has this poster: it was printed anew, or never was. Nobody is told which."""

    code = "unknown_poster"
    message = "This poster is not in use."


class VenueClosed(DomainError):
    """The venue is out of service."""

    code = "venue_closed"
    message = "This venue is out of service."


class TooManyCheckIns(DomainError):
    """More check-ins on one day than a person makes."""

    code = "too_many_check_ins"
    message = "Too many check-ins today."


class ContactFileInvalid(DomainError):
    """A file of measured contact that is not `t i j` throughout; details name file and line."""

    code = "contact_file_invalid"
    message = "This file of face-to-face contact cannot be accepted."


class ReplayRefused(DomainError):
    """A replay whose step cannot be, or that may not have tables of its own."""

    code = "replay_refused"
    message = "The encounters cannot be replayed."


class CitusMissing(DomainError):
    """The extension is not in this database."""

    code = "citus_missing"
    message = (
        "This database has no Citus. On every server: install the extension, name it first in"
        " shared_preload_libraries, restart, and let a superuser run CREATE EXTENSION citus"
        " (docs/operations.md)."
    )


class CoordinatorUnknown(DomainError):
    """The cluster does not know its coordinator, so local tables could not meet spread ones."""

    code = "coordinator_unknown"
    message = (
        "The cluster does not know this server. As a superuser: SELECT"
        " citus_set_coordinator_host('HOST', PORT), an address at which the workers reach it."
    )


class SpreadOtherwise(DomainError):
    """Somebody distributed a table by another column: nothing is moved by itself."""

    code = "spread_otherwise"
    message = "A table is distributed in another way: SELECT undistribute_table('TABLE') first."


class UnknownTask(DomainError):
    """No task has this id."""

    code = "unknown_task"
    message = "This task is not known."


class TaskInvalid(DomainError):
    """An outcome that this kind of task cannot have, or an area that does not exist."""

    code = "task_invalid"
    message = "The task cannot be settled like this."


class UnfitOfficer(DomainError):
    """Nobody of this name may work on tasks."""

    code = "unfit_officer"
    message = "No officer of this name works on tasks."


class UnknownStatement(DomainError):
    """No statement has this id."""

    code = "unknown_statement"
    message = "This statement is not known."


class StatementInvalid(DomainError):
    """A statement that cannot be; details name each field and what is wrong with it."""

    code = "statement_invalid"
    message = "The statement cannot be accepted."


class UnknownPlace(DomainError):
    """No place has this number."""

    code = "unknown_place"
    message = "This place is not known."


class UnknownVenue(DomainError):
    """No venue has this number."""

    code = "unknown_venue"
    message = "This venue is not known."


class UnknownReview(DomainError):
    """No review of a venue has this number."""

    code = "unknown_review"
    message = "This review is not known."


class TraceTooWide(DomainError):
    """Too many people met too many others to be held in memory; details name the limit."""

    code = "trace_too_wide"
    message = "This trace finds more meetings than it can hold."
