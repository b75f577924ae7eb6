"""What the API's description shows."""

SCAN_ID = "018352fc-d100-7abc-8def-0123456789ab"
A_SCAN = {"scan_id": SCAN_ID, "text": "HCP:/1/2KCE..."}
A_VERDICT = {
    "scan_id": SCAN_ID,
    "status": "stored",
    "outcome": "PASS",
    "reason": "GREEN",
    "admitted": True,
    "name": "张*三",
    "negative_hours": 18,
    "shown_before": None,
}
NOT_A_TIME = {
    "code": "scan_invalid",
    "message": "The scan is not valid.",
    "details": {"scan_id": "older than 72 hours"},
}
A_DEVICE = {
    "id": 7,
    "name": "2号口",
    "venue": "静安寺站",
    "zone": "站厅",
    "direction": "entry",
    "attended": True,
    "negative_within_hours": 48,
}
A_DAY = {
    "device": A_DEVICE,
    "today": {"PASS": 412, "CHECK": 9, "STOP": 1, "GREY": 17},
    "inside": 214,
    "now": 1663552800000,
}
A_STORE = {"store": "0b0c9f56-5a2e-4b7e-9d3c-2f6b1a7c8d90", "waiting": 3}
A_KIT = {
    "now": 1663552800000,
    "pin": "mQ3l...",
    "keys": "0oRDoQEm...",
    "state": "0oRIogEm...",
    "withdrawn": [{"number": 12, "token": "0oRYJaMB..."}],
    "device": A_DEVICE,
}
AN_UPLOAD = A_SCAN | {"admitted": True, "device_outcome": "GREY", "device_reason": "OFFLINE"}
A_REFUSAL = {"scan_id": SCAN_ID, "status": "refused", "error": NOT_A_TIME}
