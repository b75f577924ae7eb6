"""The code page, its reasons and appeals, and the road in for evidence."""

from django.urls import path

from healthcode.api import EvidenceView

app_name = "healthcode"

urlpatterns = [
    path("api/v1/evidence/", EvidenceView.as_view(), name="evidence"),
]
