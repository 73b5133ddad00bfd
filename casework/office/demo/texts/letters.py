"""Correspondence of referrals: covering notes of the office, and letters as recipients might write them.

Invented throughout. The replies say what such a body might say about procedure and never anything about a real case.
"""

from __future__ import annotations

COVERING_NOTES = (
    "We send you what this office has established about the incidents listed below and ask you to treat it as "
    "confidential "
    "under the handling line of this document.\n\nWe would be grateful for an acknowledgement and for your own "
    "reference.",
    "This dossier concerns persons who were in the power of the adverse party when they died. We ask that you "
    "take it up "
    "with the party concerned in the manner you find appropriate.\n\nThe names of victims whose families have "
    "not been "
    "informed are withheld; we shall supply them when that has changed.",
    "This is a supplement. It replaces what we sent about the same case earlier: the number of victims has been "
    "corrected "
    "after a second recording was examined.",
    "We submit these cases as allegations of summary executions and ask that they be considered under your "
    "mandate. The "
    "evidence listed in the annex can be provided on request, within the limits set by its sources.",
)

PURPOSES_EXPLAINED = {
    "information": "For your information.",
    "action": "We ask you to raise the matter with the party concerned.",
    "tracing": "We ask you to establish the fate and whereabouts of the persons named.",
    "allegation": "We ask that an allegation letter be considered.",
    "urgent_appeal": "We ask that an urgent appeal be considered: further persons may be at risk.",
    "supplement": "This supplements an earlier referral.",
}

ACKNOWLEDGEMENTS = (
    "We confirm receipt of your communication of {sent}. It has been registered under our reference {reference}. "
    "We shall "
    "revert to you if further information is needed.",
    "Your dossier arrived complete and its hashes agree with the annex. Our reference is {reference}.",
    "Thank you for your submission of {sent}, which has been registered as {reference}. Please quote this "
    "reference in any "
    "further correspondence.",
)

REPLIES = {
    "icrc": (
        "With reference to {reference}: the information you provided has been recorded. As you know, our "
        "dialogue with the "
        "parties is bilateral and confidential, and we cannot share its content. We ask you to keep this reply "
        "confidential.",
        "With reference to {reference}: the request concerning the persons named has been opened. We would be "
        "grateful for "
        "the service numbers, if you hold them and the families agree.",
    ),
    "un": (
        "With reference to {reference}: the incident will be considered in our next periodic report. We would be "
        "grateful for "
        "the geolocation notes, in a form that may be quoted.",
        "With reference to {reference}: we have verified the incident independently and have counted it by our "
        "own method. "
        "Our number of victims is lower by one, as one person is not visible in the material we hold.",
        "With reference to {reference}: a communication has been sent to the Government concerned. It will be "
        "made public "
        "after sixty days, together with any reply received.",
        "With reference to {reference}: with the information at hand we make no public accusation at this stage. "
        "The file "
        "remains open.",
    ),
}

REMINDERS = (
    "We refer to our communication of {sent} and would be grateful to learn whether it has reached you.",
    "More than the usual time has passed since our communication of {sent}. Could you tell us when we may expect "
    "an answer?",
)

OUTCOME_NOTES = {
    "taken_up": "Considered for the next periodic report.",
    "answered": "Communication sent to the Government concerned; its reply is expected within sixty days.",
    "no_public_accusation": "The recipient makes no public accusation at this stage and keeps the file open.",
    "declined": "Outside the period that the recipient examines.",
    "no_reply": "Two reminders were sent.",
}


def acknowledgement(index: int, *, sent: str, reference: str) -> str:
    """An acknowledgement with the recipient's own reference; `sent` as a day to read."""
    return ACKNOWLEDGEMENTS[index % len(ACKNOWLEDGEMENTS)].format(sent=sent, reference=reference)


def reply(index: int, *, body: str, reference: str) -> str:
    """A reply of the 'icrc' or of a 'un' body."""
    return REPLIES[body][index % len(REPLIES[body])].format(reference=reference)


def reminder(index: int, *, sent: str) -> str:
    """The office's reminder that an answer is outstanding."""
    return REMINDERS[index % len(REMINDERS)].format(sent=sent)


def covering_note(index: int) -> str:
    """The note on the first page of a dossier, in paragraphs."""
    return COVERING_NOTES[index % len(COVERING_NOTES)]
