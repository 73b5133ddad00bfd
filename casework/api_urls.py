"""Everything under /api/v1/."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from casework.cases import api as cases
from casework.evidence import api as evidence
from casework.figures import api as figures
from casework.findings import api as findings
from casework.imports import api as imports
from casework.referrals import api as referrals
from casework.statements import api as statements

app_name = "api"
router = SimpleRouter()
for room in (cases, evidence, imports, findings, referrals, statements, figures):
    for prefix, viewset, basename in room.routes:
        router.register(prefix, viewset, basename=basename)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(api_version="v1"), name="schema"),
    path("", include(router.urls)),
]
