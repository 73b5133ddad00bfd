"""Addresses of the integrity room."""

from __future__ import annotations

from django.urls import path

from casework.integrity.views import fixity, heads

app_name = "integrity"
urlpatterns = [
    path("integrity/fixity/", fixity.fixity, name="fixity"),
    path("integrity/heads/", heads.head_list, name="heads"),
    path("integrity/heads/heads.jsonl", heads.heads_file, name="heads_file"),
    path("integrity/heads/casework_verify.py", heads.verifier, name="verifier"),
    path("integrity/custody/", heads.custody_extract, name="custody"),
]
