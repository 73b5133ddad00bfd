"""Addresses of the findings room."""

from __future__ import annotations

from django.urls import path

from casework.findings.views import proposing, reading, reviewing

app_name = "findings"
urlpatterns = [
    path("cases/<uuid:pk>/findings/", proposing.case_findings, name="case_findings"),
    path("cases/<uuid:pk>/findings/propose/", proposing.propose, name="propose"),
    path("cases/<uuid:pk>/elements/", proposing.elements, name="elements"),
    path("findings/<uuid:pk>/", reading.finding_detail, name="detail"),
    path("findings/<uuid:pk>/resubmit/", proposing.finding_resubmit, name="resubmit"),
    path("findings/<uuid:pk>/withdraw/", proposing.finding_withdraw, name="withdraw"),
    path("findings/<uuid:pk>/review/", reviewing.finding_review, name="review"),
    path("findings/<uuid:pk>/approve/", reviewing.finding_approve, name="approve"),
    path("findings/<uuid:pk>/return/", reviewing.finding_return, name="return"),
    path("reviews/", reviewing.review_queue, name="review_queue"),
]
