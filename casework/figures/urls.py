"""Addresses of the figures room."""

from __future__ import annotations

from django.urls import path

from casework.figures import views

app_name = "figures"
urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("figures/cases.csv", views.cases_csv, name="cases_csv"),
    path("figures/months.csv", views.months_csv, name="months_csv"),
    path("figures/issuers/new/", views.issuer_figure_create, name="issuer_figure_create"),
    path("figures/issuers/<uuid:pk>/", views.issuer_figure_detail, name="issuer_figure_detail"),
    path("figures/issuers/<uuid:pk>/change/", views.issuer_figure_change, name="issuer_figure_change"),
]
