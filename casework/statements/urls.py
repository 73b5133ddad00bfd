"""Addresses of the statements room."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "statements"
urlpatterns: list[URLPattern] = []
