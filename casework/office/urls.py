"""Addresses of the office room."""

from __future__ import annotations

from django.urls import path

from casework.office.views import api_docs, audit, history, home, search

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.results, name="search"),
    path("audit/", audit.log, name="audit"),
    path("audit/export.csv", audit.export, name="audit_export"),
    path("audit/verify/", audit.verify, name="audit_verify"),
    path("integrity/", audit.store, name="integrity"),
    path("cases/<uuid:pk>/history/", history.case_changes, name="case_history"),
    path("api/v1/docs/", api_docs.docs, name="api_docs"),
]
