"""Every page. Together with api_urls.py the only wiring."""

from django.contrib import admin
from django.urls import include, path

from casework.core import health

handler400 = "casework.core.http.bad_request"
handler403 = "casework.core.http.permission_denied"
handler404 = "casework.core.http.not_found"
handler429 = "casework.accounts.views.too_many_requests"
handler500 = "casework.core.http.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("casework.core.urls")),
    path("", include("casework.office.urls")),
    path("", include("casework.cases.urls")),
    path("", include("casework.care.urls")),
    path("", include("casework.evidence.urls")),
    path("", include("casework.integrity.urls")),
    path("", include("casework.imports.urls")),
    path("", include("casework.recognition.urls")),
    path("", include("casework.findings.urls")),
    path("", include("casework.statements.urls")),
    path("", include("casework.referrals.urls")),
    path("", include("casework.figures.urls")),
    path("", include("casework.accounts.urls")),
    path("accounts/", include("casework.accounts.sign_in_urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("casework.api_urls")),
]
