"""Addresses of the accounts room."""

from __future__ import annotations

from django.urls import path

from casework.accounts.views import account, people, teams

app_name = "accounts"

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/link/", people.new_link, name="new_link"),
    path("people/<uuid:pk>/roles/grant/", people.grant_role, name="grant_role"),
    path("people/<uuid:pk>/roles/<uuid:grant_pk>/end/", people.end_role, name="end_role"),
    path("people/<uuid:pk>/disable/", people.disable, name="disable"),
    path("people/<uuid:pk>/enable/", people.enable, name="enable"),
    path("people/<uuid:pk>/second-factor/reset/", people.reset_factor, name="reset_factor"),
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.create_team, name="create_team"),
    path("teams/<uuid:pk>/", teams.team, name="team"),
    path("teams/<uuid:pk>/change/", teams.change_team, name="change_team"),
    path("account/", account.account, name="account"),
    path("account/name/", account.change_name, name="change_name"),
    path("account/tokens/new/", account.create_token, name="create_token"),
    path("account/tokens/<uuid:pk>/revoke/", account.revoke_token, name="revoke_token"),
    path("account/lock/", account.lock, name="lock"),
    path("invitation/<str:secret>/", account.invitation, name="invitation"),
]
