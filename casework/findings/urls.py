"""Addresses of the findings room."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "findings"
urlpatterns: list[URLPattern] = []
