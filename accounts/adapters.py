"""How sign-in by phone code stores phones and sends codes."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """The seam between allauth and this project."""
