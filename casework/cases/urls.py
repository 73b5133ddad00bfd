"""Addresses of the cases room."""

from __future__ import annotations

from django.urls import path

from casework.cases.views import access, case, lists, people, progress

app_name = "cases"
urlpatterns = [
    path("cases/", lists.case_list, name="list"),
    path("cases/export/", lists.case_export, name="export"),
    path("cases/new/", case.case_create, name="create"),
    path("cases/break-glass/", access.break_glass, name="break_glass"),
    path("cases/<uuid:pk>/", case.case_detail, name="detail"),
    path("cases/<uuid:pk>/change/<slug:group>/", case.case_change, name="change"),
    path("cases/<uuid:pk>/close/", case.case_close, name="close"),
    path("cases/<uuid:pk>/reopen/", case.case_reopen, name="reopen"),
    path("cases/<uuid:pk>/sensitivity/", access.sensitivity, name="sensitivity"),
    path("cases/<uuid:pk>/assign/", access.assign, name="assign"),
    path("cases/<uuid:pk>/grant/", access.grant, name="grant"),
    path("assignments/<uuid:pk>/end/", access.assignment_end, name="assignment_end"),
    path("grants/<uuid:pk>/end/", access.grant_end, name="grant_end"),
    path("cases/<uuid:pk>/people/", people.people, name="people"),
    path("cases/<uuid:pk>/victims/new/", people.victim_add, name="victim_add"),
    path("victims/<uuid:pk>/change/", people.victim_change, name="victim_change"),
    path("victims/<uuid:pk>/remove/", people.victim_remove, name="victim_remove"),
    path("cases/<uuid:pk>/perpetrators/new/", people.perpetrator_add, name="perpetrator_add"),
    path("perpetrators/<uuid:pk>/change/", people.perpetrator_change, name="perpetrator_change"),
    path("perpetrators/<uuid:pk>/remove/", people.perpetrator_remove, name="perpetrator_remove"),
    path("cases/<uuid:pk>/capture-status/", progress.timeline, name="timeline"),
    path("cases/<uuid:pk>/moments/new/", progress.moment_add, name="moment_add"),
    path("moments/<uuid:pk>/change/", progress.moment_change, name="moment_change"),
    path("moments/<uuid:pk>/remove/", progress.moment_remove, name="moment_remove"),
    path("cases/<uuid:pk>/notes/", progress.notes, name="notes"),
    path("cases/<uuid:pk>/tasks/new/", progress.task_add, name="task_add"),
    path("tasks/<uuid:pk>/change/", progress.task_change, name="task_change"),
    path("tasks/<uuid:pk>/complete/", progress.task_complete, name="task_complete"),
    path("tasks/<uuid:pk>/reopen/", progress.task_reopen, name="task_reopen"),
]
