"""Addresses of the care room."""

from __future__ import annotations

from django.urls import path

from casework.care import views

app_name = "care"
urlpatterns = [
    path("account/watched/", views.watched, name="watched"),
    path("account/watched/wishes/", views.preference, name="preference"),
    path("account/watched/people/", views.totals, name="totals"),
    path("account/looks/<uuid:pk>/", views.look, name="look"),
]
