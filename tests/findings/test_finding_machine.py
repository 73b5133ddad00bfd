"""Any people doing anything in any order: never two conclusions on a day, never one's own approval."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from casework.audit import clock
from casework.core.errors import DomainError
from casework.findings import actions
from casework.findings.models import Finding
from casework.findings.queries import open_proposal
from tests.factories import CaseFactory, person
from tests.findings.conftest import been_here_for_years, cite, proposal_of

WHO = st.integers(0, 3)


def test_it_keeps_its_promises_whoever_does_what(cast, parties, case, link) -> None:  # type: ignore[no-untyped-def]  # noqa: C901
    people = [person(f"Doer {number}", "investigator", "reviewer", team=cast.team) for number in range(4)]
    been_here_for_years()

    class Office(RuleBasedStateMachine):
        @initialize()
        def open_case(self) -> None:
            self.case = CaseFactory(team=cast.team, country="UA")
            self.links = [cite(self.case, people[0], title="First"), cite(self.case, people[1], title="Second")]
            self.day = datetime.datetime(2024, 12, 30, 12, tzinfo=datetime.UTC)
            self.decided: dict[Any, tuple[Any, ...]] = {}

        def attempt(self, name: str, *arguments: Any, **values: Any) -> None:
            try:
                with clock.travelling_to(self.day):
                    getattr(actions, name)(*arguments, **values)
            except DomainError:
                pass

        @rule(days=st.integers(0, 2))
        def wait(self, days: int) -> None:
            self.day += datetime.timedelta(days)

        @rule(who=WHO, cited=st.sets(st.integers(0, 1)), least=st.integers(0, 3), most=st.integers(0, 3))
        def propose(self, who: int, cited: set[int], least: int, most: int) -> None:
            links = [self.links[number] for number in sorted(cited)]
            values = proposal_of(link, links=links, counts={"captured": (least, most)})
            self.attempt("propose_finding", self.case, actor=people[who], **values)

        @rule(who=WHO, least=st.integers(1, 3))
        def resubmit(self, who: int, least: int) -> None:
            if finding := open_proposal(self.case):
                values = proposal_of(link, links=self.links[:1], counts={"captured": (least, 3)})
                self.attempt("resubmit_finding", finding, actor=people[who], **values)

        @rule(who=WHO)
        def approve(self, who: int) -> None:
            if finding := open_proposal(self.case):
                self.attempt("approve_finding", finding, actor=people[who])

        @rule(who=WHO)
        def return_(self, who: int) -> None:
            if finding := open_proposal(self.case):
                self.attempt("return_finding", finding, actor=people[who], code="other", note="Look again.")

        @rule(who=WHO)
        def withdraw(self, who: int) -> None:
            if finding := open_proposal(self.case):
                self.attempt("withdraw_finding", finding, actor=people[who], reason="Mistake.")

        @invariant()
        def hold(self) -> None:
            if not hasattr(self, "case"):
                return
            approved = list(
                Finding.objects.filter(case=self.case, state="approved").order_by("decided_on", "proposed_at")
            )
            for finding in approved:
                assert finding.approved_by_id != finding.proposed_by_id
                assert not finding.cited.filter(item__registered_by_id=finding.approved_by_id).exists()
                said = (finding.conclusion, finding.reasons, finding.decided_on, *finding.victim_counts.values_list())
                assert self.decided.setdefault(finding.pk, said) == said
            first = datetime.date(2024, 12, 30)
            for day in (first + datetime.timedelta(number) for number in range((self.day.date() - first).days + 1)):
                assert Finding.objects.filter(case=self.case).in_force(day).count() <= 1
            if approved:
                assert Finding.objects.filter(case=self.case).in_force(self.day.date()).count() == 1
            assert Finding.objects.filter(case=self.case).undecided().count() <= 1

    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )  # fmt: skip


pytestmark = pytest.mark.django_db
