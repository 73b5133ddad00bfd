"""Addresses of the referrals room."""

from __future__ import annotations

from django.urls import path

from casework.referrals.views import answering, deciding, drafting, lists, reading, sending

app_name = "referrals"
urlpatterns = [
    path("referrals/", lists.referral_list, name="list"),
    path("referrals/new/", drafting.referral_new, name="new"),
    path("referrals/<uuid:pk>/", reading.referral_detail, name="detail"),
    path("referrals/<uuid:pk>/dossier/", reading.referral_dossier, name="dossier"),
    path("referrals/<uuid:pk>/dossier.pdf", reading.dossier_pdf, name="dossier_pdf"),
    path("referrals/<uuid:pk>/package.zip", reading.package_zip, name="package"),
    path("referrals/letters/<uuid:pk>/", reading.letter_file, name="letter_file"),
    path("referrals/<uuid:pk>/basics/", drafting.referral_basics, name="basics"),
    path("referrals/<uuid:pk>/evidence/", drafting.referral_evidence, name="evidence"),
    path("referrals/<uuid:pk>/note/", drafting.referral_note, name="note"),
    path("referrals/<uuid:pk>/submit/", deciding.referral_submit, name="submit"),
    path("referrals/<uuid:pk>/approve/", deciding.referral_approve, name="approve"),
    path("referrals/<uuid:pk>/return/", deciding.referral_return, name="return"),
    path("referrals/<uuid:pk>/withdraw/", deciding.referral_withdraw, name="withdraw"),
    path("referrals/<uuid:pk>/sent/", sending.referral_sent, name="record_sent"),
    path("referrals/<uuid:pk>/delivery-unknown/", sending.referral_delivery_unknown, name="delivery_unknown"),
    path("referrals/<uuid:pk>/arrived/", sending.referral_arrived, name="resolve_sent"),
    path("referrals/<uuid:pk>/not-arrived/", sending.referral_not_arrived, name="resolve_not_sent"),
    path("referrals/<uuid:pk>/acknowledge/", answering.referral_acknowledge, name="acknowledge"),
    path("referrals/<uuid:pk>/reply/", answering.referral_reply, name="reply"),
    path("referrals/<uuid:pk>/correspondence/", answering.referral_letter, name="letter"),
    path("referrals/<uuid:pk>/close/", answering.referral_close, name="close"),
    path("cases/<uuid:pk>/referrals/", lists.case_referrals, name="case_referrals"),
    path("recipients/", lists.recipient_list, name="recipients"),
    path("recipients/<uuid:pk>/register/", lists.recipient_register, name="register"),
]
