"""Addresses of the statements room."""

from __future__ import annotations

from django.urls import path

from casework.statements import views

app_name = "statements"
urlpatterns = [
    path("statements/", views.statement_list, name="list"),
    path("statements/new/", views.statement_create, name="create"),
    path("statements/<uuid:pk>/", views.statement_detail, name="detail"),
    path("statements/<uuid:pk>/change/", views.statement_change, name="change"),
]
