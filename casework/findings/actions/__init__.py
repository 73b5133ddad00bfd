"""Every write of this room."""

from casework.findings.actions.decision import approve_finding, return_finding
from casework.findings.actions.elements import assess_element
from casework.findings.actions.proposal import propose_finding, resubmit_finding, withdraw_finding

__all__ = [
    "approve_finding",
    "assess_element",
    "propose_finding",
    "resubmit_finding",
    "return_finding",
    "withdraw_finding",
]
