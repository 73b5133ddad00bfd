"""Addresses of the imports room."""

from __future__ import annotations

from django.urls import path

from casework.imports import views

app_name = "imports"
urlpatterns = [
    path("imports/", views.import_list, name="list"),
    path("imports/new/", views.import_new, name="new"),
    path("imports/<uuid:pk>/", views.import_detail, name="detail"),
    path("imports/<uuid:pk>/problems.csv", views.import_problems, name="problems"),
    path("imports/<uuid:pk>/confirm/", views.import_confirm, name="confirm"),
    path("imports/<uuid:pk>/retry/", views.import_retry, name="retry"),
    path("imports/<uuid:pk>/cancel/", views.import_cancel, name="cancel"),
]
