"""Finding citizens by document, and making those the city has not met before."""

from collections.abc import Iterable, Sequence

from django.db import connection

from accounts import pii
from accounts.models import Citizen, User, new_ref

Document = tuple[str, str]


def citizen_of(*, user: User) -> Citizen | None:
    """The citizen whose code this user holds, or none."""
    return Citizen.objects.filter(user=user).first()


def find_or_create_citizens(*, documents: Sequence[Document]) -> dict[Document, int]:
    """Return the citizen of each (document type, normalised number), made where unknown.

    A person may be tested before they ever register: their evidence must not be lost. Safe
    when two callers meet the same new document at once. Takes three statements whatever the
    number of documents.
    """
    prints = {document: _fingerprint(document) for document in set(documents)}
    known = _find(prints.values())
    missing = [document for document, key in prints.items() if key not in known]
    if missing:
        _create(missing, prints)
        known |= _find(prints[document] for document in missing)
    return {document: known[key] for document, key in prints.items()}


def _fingerprint(document: Document) -> bytes:
    kind, number = document
    return pii.fingerprint(f"document:{kind}", number)


def _find(prints: Iterable[bytes]) -> dict[bytes, int]:
    rows = Citizen.objects.filter(document_fingerprint__in=list(prints))
    return {bytes(key): pk for key, pk in rows.values_list("document_fingerprint", "pk")}


def _create(documents: Sequence[Document], prints: dict[Document, bytes]) -> None:
    """Insert in the order of the fingerprint, so that two callers cannot deadlock."""
    rows = []
    for document in sorted(documents, key=prints.__getitem__):
        ref = new_ref()
        sealed = pii.seal("citizen.document", document[1], context=ref)
        rows.append((ref, document[0], prints[document], sealed))
    columns: list[list[object]] = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)


_INSERT = """
INSERT INTO accounts_citizen
  (ref, document_type, document_fingerprint, document_sealed, district, community, created_at)
SELECT ref, kind, print, sealed, '', '', now()
FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::bytea[]) AS new (ref, kind, print, sealed)
ON CONFLICT (document_type, document_fingerprint) DO NOTHING
"""
