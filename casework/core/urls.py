"""Addresses of what every page needs."""

from __future__ import annotations

from django.urls import path

from casework.core import views

app_name = "core"

urlpatterns = [
    path("theme/", views.choose_theme, name="theme"),
]
