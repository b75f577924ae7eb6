"""Only one place signs what people show."""

from tests.house.code import calls, modules


def test_one_service_builds_claims_and_has_them_signed():
    signers = {
        path
        for path, tree in modules()
        for name, call in calls(tree)
        if name == "sign" and getattr(getattr(call.func, "value", None), "id", "") == "keys"
    }

    assert signers == {"healthcode/services/signing.py"}
