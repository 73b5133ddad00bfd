"""Addresses of the office room."""

from __future__ import annotations

from django.urls import path

from casework.office.views import home, search

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.results, name="search"),
]
