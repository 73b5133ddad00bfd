"""Addresses of the recognition room."""

from __future__ import annotations

from django.urls import path

from casework.recognition import views

app_name = "recognition"
urlpatterns = [
    path("related/", views.pair_list, name="pairs"),
    path("related/<uuid:pk>/", views.pair_detail, name="pair"),
    path("related/<uuid:pk>/reveal/<int:place>/", views.pair_reveal, name="reveal"),
    path("related/<uuid:pk>/cover/", views.pair_cover, name="cover"),
    path("related/<uuid:pk>/pictures/<int:place>/<slug:kind>/", views.pair_picture, name="picture"),
    path("evidence/<uuid:pk>/footage/", views.cluster, name="cluster"),
    path("evidence/<uuid:pk>/footage/add/", views.cluster_add, name="cluster_add"),
]
