import pytest
from django.urls import reverse
from casework.cases import actions

BACKEND = "casework.accounts.backends.CaseworkBackend"


def test_pages(cast, client):
    client.force_login(cast.investigator, backend=BACKEND)
    case = actions.create_case(actor=cast.investigator, team=cast.team, title="Case <script>alert(1)</script> \u202e", learned_from="witness")
    v = actions.add_victim(case, actor=cast.investigator, kind="group", at_least=2, at_most=3)
    p = actions.add_perpetrator(case, actor=cast.investigator, kind="person", involvement="ordered", basis="x")
    m = actions.add_moment(case, actor=cast.investigator, kind="captured")
    n = actions.add_note(case, actor=cast.investigator, text="hello")
    t = actions.add_task(case, actor=cast.investigator, title="t", assignee=cast.colleague)
    for name, obj in [("list", None), ("create", None), ("detail", case), ("people", case), ("timeline", case), ("notes", case), ("close", case), ("reopen", case), ("assign", case), ("victim_add", case), ("victim_change", v), ("victim_remove", v), ("perpetrator_add", case), ("perpetrator_change", p), ("perpetrator_remove", p), ("moment_add", case), ("moment_change", m), ("moment_remove", m), ("task_add", case), ("task_change", t)]:
        r = client.get(reverse(f"cases:{name}", args=[obj.pk] if obj else []))
        assert r.status_code == 200, (name, r.status_code)
        assert b"<script>alert" not in r.content
    for g in ["what", "when", "where", "parties", "handling"]:
        assert client.get(reverse("cases:change", args=[case.pk, g])).status_code == 200
    r = client.get(reverse("cases:export"))
    print(b"".join(r.streaming_content).decode())
    for u in ["cases", "victims", "perpetrators", "moments", "notes", "tasks"]:
        r = client.get(f"/api/v1/{u}/")
        assert r.status_code == 200
        print(r.json())
    r = client.get("/cases/?q=script&state=open&only=mine&only=sensitive&occurred=2024")
    assert r.status_code == 200
