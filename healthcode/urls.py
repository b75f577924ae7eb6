"""The code page, its reasons and appeals, and the road in for evidence."""

from django.urls import path

from healthcode import views
from healthcode.api import EvidenceView

app_name = "healthcode"

urlpatterns = [
    path("", views.code, name="code"),
    path("code/fragment/", views.fragment, name="fragment"),
    path("code/pulse/", views.pulse, name="pulse"),
    path("why/", views.why, name="why"),
    path("appeal/", views.appeal, name="appeal"),
    path("api/v1/evidence/", EvidenceView.as_view(), name="evidence"),
]
