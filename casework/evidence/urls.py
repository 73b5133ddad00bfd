"""Addresses of the evidence room."""

from __future__ import annotations

from django.urls import path

from casework.evidence.tus.views import UploadsView, UploadView
from casework.evidence.views import (
    arriving,
    copies,
    files,
    items,
    judgements,
    lists,
    marks,
    registering,
    sources,
    texts,
)

app_name = "evidence"
urlpatterns = [
    path("evidence/", lists.item_list, name="list"),
    path("evidence/export.csv", lists.item_export, name="export"),
    path("evidence/uploads/", UploadsView.as_view(), name="uploads"),
    path("evidence/uploads/<uuid:pk>/", UploadView.as_view(), name="upload"),
    path("evidence/uploads/<uuid:pk>/poster/", arriving.upload_poster, name="upload_poster"),
    path("evidence/arrivals/", arriving.arrivals, name="arrivals"),
    path("evidence/new/<slug:kind>/", registering.item_new, name="new"),
    path("evidence/files/<uuid:pk>/preview/<slug:kind>/", files.file_preview, name="preview"),
    path("evidence/files/<uuid:pk>/look/", files.file_look, name="look"),
    path("evidence/files/<uuid:pk>/reveal/", files.file_reveal, name="reveal"),
    path("evidence/files/<uuid:pk>/show/<slug:part>/", files.file_part, name="part"),
    path("evidence/files/<uuid:pk>/cover/", files.file_cover, name="cover"),
    path("evidence/files/<uuid:pk>/original/", files.file_original, name="original"),
    path("evidence/files/<uuid:pk>/check/", files.file_check, name="check"),
    path("evidence/files/<uuid:pk>/copy/", copies.file_copy, name="copy"),
    path("evidence/files/<uuid:pk>/infected/", copies.file_infected, name="infected"),
    path("evidence/files/<uuid:pk>/clear/", copies.file_clear, name="clear"),
    path("evidence/links/<uuid:pk>/unlink/", items.item_unlink, name="unlink"),
    path("evidence/<uuid:pk>/", items.item_detail, name="detail"),
    path("evidence/<uuid:pk>/change/", items.item_change, name="change"),
    path("evidence/<uuid:pk>/link/", items.item_link, name="link"),
    path("evidence/<uuid:pk>/observe/", items.item_observe, name="observe"),
    path("evidence/address/", lists.address_read, name="read_address"),
    path("evidence/<uuid:pk>/release/", items.item_release, name="release"),
    path("evidence/<uuid:pk>/assess/<slug:aspect>/", judgements.item_assess, name="assess"),
    path("evidence/<uuid:pk>/credibility/", judgements.item_rate, name="rate"),
    path("evidence/<uuid:pk>/graphic/", judgements.item_mark, name="mark"),
    path("evidence/<uuid:pk>/witness/", judgements.item_witness, name="witness"),
    path("evidence/<uuid:pk>/withdrawal/", judgements.item_withdraw, name="withdraw"),
    path("evidence/<uuid:pk>/earlier/", judgements.item_earlier, name="earlier"),
    path("evidence/<uuid:pk>/files/", registering.file_add, name="add_file"),
    path("evidence/<uuid:pk>/suggestion/<slug:field>/", texts.use_suggestion, name="use_suggestion"),
    path("evidence/files/<uuid:pk>/attachments/<int:number>/", texts.attachment_register, name="register_attachment"),
    path("evidence/<uuid:pk>/marks/", marks.mark_add, name="mark_add"),
    path("evidence/marks/<uuid:pk>/change/", marks.mark_change, name="mark_change"),
    path("evidence/marks/<uuid:pk>/remove/", marks.mark_remove, name="mark_remove"),
    path("evidence/at/<slug:reference>/<str:at>/", marks.moment_cited, name="moment"),
    path("cases/<uuid:pk>/evidence/", lists.case_evidence, name="case_evidence"),
    path("sources/", sources.source_list, name="source_list"),
    path("sources/new/", sources.source_new, name="source_new"),
    path("sources/<uuid:pk>/", sources.source_detail, name="source_detail"),
    path("sources/<uuid:pk>/change/", sources.source_change, name="source_change"),
    path("sources/<uuid:pk>/rate/", sources.source_rate, name="source_rate"),
]
