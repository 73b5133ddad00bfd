"""Texts of the working file and of findings: titles without names, summaries, reasons, notes, tasks.

A summary is two to four sentences about an invented incident. Each function answers alike for the same index, and
neighbouring indexes give different texts.
"""

from __future__ import annotations

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number_word(count: int) -> str:
    """'six' for 6, figures above twelve."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _forms(count: int, place: str) -> dict[str, str]:
    """The words that agree with the number of victims."""
    one = count == 1
    number = number_word(count)
    return {
        "place": place,
        "n": number,
        "N": number.capitalize(),
        "men": "serviceman" if one else "servicemen",
        "were": "was" if one else "were",
        "had": "has" if one else "have",
        "prisoners": "prisoner" if one else "prisoners",
        "wounded": "wounded serviceman" if one else "wounded servicemen",
        "bodies": "body" if one else "bodies",
    }


_TITLES = (
    "Execution of {n} {prisoners} near {place}",
    "{N} {men} shot after surrender, {place}",
    "Killing of {n} captured {men}, {place} area",
    "{N} {prisoners} of war executed at a field road near {place}",
    "Alleged execution of {n} {men}, {place}",
    "Shooting of {n} disarmed {men} near {place}",
)

_CAPTURED = (
    "{N} {men} left a position near {place} with raised hands and without weapons. The recording shows the "
    "surrender, a "
    "search and, about two minutes later, shots from close range. No fighting is visible nearby.",
    "A special service passed a recording from an unmanned aircraft made near {place}. {N} {men}, already disarmed, "
    "{were} led to a tree line and shot there. The recording is continuous from the surrender to the shots.",
    "{N} {men} of a unit whose position near {place} had been overrun {were} taken prisoner. A unit report of "
    "the same "
    "evening says that contact was lost after the surrender. The {bodies} {had} since been seen in satellite "
    "imagery of the place.",
    "According to a unit report, {n} {men} {were} captured in a dugout near {place}. A channel of the capturing side "
    "published a short video on the next day. It ends before the shots, which a second video records.",
    "Two recordings from different sources show {n} captured {men} on the edge of {place}. In both, the {prisoners} "
    "{were} kneeling and unarmed when the shooting began. The sources do not depend on each other.",
    "{N} {men} {were} held for some time in the yard of a damaged house in {place}. A neighbour heard shots and "
    "later "
    "saw the place. The account agrees with the position of marks in a photograph taken afterwards.",
    "A released prisoner described how {n} {men} {were} separated from a column near {place} and did not return. "
    "A post on "
    "a channel of the capturing side mentions the same day and number.",
    "The recording shows {n} {men} lying face down beside a road near {place}, searched and without equipment. Shots "
    "follow after an exchange on the radio. The words of the exchange are being translated by a second translator.",
    "An aircraft observed the capture of {n} {men} at a crossing near {place}. The vehicle had stopped and "
    "weapons had "
    "been laid beside it. Fire was opened when the search had ended.",
    "{N} captured {men} {were} made to walk ahead of an advancing group near {place} and {were} shot when it halted. "
    "The order of events is established from one aerial recording and the log of an observation post.",
    "A video posted without a date shows {n} {prisoners} in a trench. Its terrain matches a trench system east of "
    "{place}, and the vegetation fits the month given by the source.",
    "{N} {men} surrendered after a call by loudspeaker near {place}. The recording of the call, the surrender "
    "and the "
    "shooting was made by one aircraft and runs for eleven minutes without a cut.",
    "Relatives of {n} missing {men} recognised clothing in a post about {place}. The post says that the {men} {were} "
    "taken prisoner. Identity is tentative until a second means of identification is available.",
    "Monitors reported the execution of {n} {men} near {place}. The office holds the same recording in a better "
    "copy and "
    "has established the place. The unit responsible is suspected from its reported sector only.",
    "{N} {men} {were} captured during an evacuation near {place}. A witness at a medical point received the "
    "{bodies} and "
    "noted the time. The note agrees with the radio log of the unit.",
)
_SURRENDERING = (
    "{N} {men} came out of a basement in {place} with raised hands and {were} shot before anybody reached the group. "
    "The hands are visible and empty in every frame.",
    "A white cloth was shown from a position near {place} and answered by a gesture to come out. {N} {men} "
    "followed the "
    "gesture and {were} shot at the parapet.",
    "{N} {men} laid weapons on the ground near {place} and stepped back from the weapons. Fire was opened from about "
    "thirty metres. The report of the observing unit gives the same distance.",
    "A thermal recording shows {n} {men} leaving a shelter near {place} slowly and with raised hands. The "
    "shots followed within seconds. A second aircraft recorded the same moment from higher up.",
    "An offer to surrender was made by radio near {place} and accepted. {N} {men} {were} shot on the agreed "
    "path, which "
    "the recording shows in full.",
    "A post shows {n} {men} with raised hands near {place} and carries an approving caption. The part after the "
    "surrender "
    "was cut from the post and is present in a copy from another source.",
)
_HORS_DE_COMBAT = (
    "{N} {wounded} lay without weapons beside a road near {place} and could not move. A passing group shot at close "
    "range and went on. Nobody had taken the {wounded} prisoner.",
    "After an engagement near {place}, {n} {wounded} remained in an open field. The recording shows no weapon "
    "within reach "
    "and no movement but a raised hand before the shots.",
    "{N} {men}, stunned by an explosion near {place}, {were} shot while unable to resist or to flee. Whether "
    "capture had begun is not established.",
    "An observation post near {place} recorded the shooting of {n} {wounded} who had been left by a damaged vehicle. "
    "First aid had been started and is visible in the recording.",
)
_SUMMARIES = {"captured": _CAPTURED, "surrendering": _SURRENDERING, "hors_de_combat": _HORS_DE_COMBAT}

_OTHER_SIDE = (
    "A wounded serviceman of the Russian armed forces lay without a weapon near {place}. The recording shows "
    "that he could "
    "not move and that he was shot at close range by a soldier of the Ukrainian armed forces. He was "
    "incapacitated and had "
    "not yet been captured. The military prosecutor was informed on the same day as the recording was received."
)

_REASONS = (
    "The recording is continuous and shows the surrender, the search and the shots. Place and time were established "
    "independently of the source.\n\nThe report of the observing unit describes the same sequence and was "
    "written before "
    "the recording became known.",
    "Two items from sources that do not depend on each other agree on the number of persons, the place and the "
    "order of "
    "events. No item contradicts them.\n\nThe prisoners were unarmed, which every frame of the relevant part "
    "confirms.",
    "The finding rests on the aerial recording alone for the act and on the unit report for the identity of the "
    "group. "
    "Technical examination found no sign of editing.\n\nAn alternative explanation, fire from a third position, was "
    "examined and set aside: the direction of the muzzle flashes excludes it.",
    "The place was found by comparing the road, the tree line and a damaged pylon with imagery of the same "
    "month. The "
    "length of shadows gives the time of day to within an hour.\n\nThe number of victims is the lowest that the "
    "material "
    "supports; one further person may be outside the frame.",
    "The witness gave a detailed account that agrees with material the witness could not have seen. The post of the "
    "channel was captured before its removal.\n\nThe unit is named as suspected only: it was reported in the "
    "sector by two "
    "sources, but nothing in the recording identifies it.",
    "The status of the persons at the moment of death was decided on the timeline: hands raised, weapons laid down, "
    "searched. From the search on they were in the power of the adverse party.\n\nThe standard is reasonable "
    "grounds to "
    "believe; full identification of those who fired is outstanding.",
    "The number and the day agree between the radio log, the recording and the later exchange of remains. The "
    "copy of the "
    "recording held by the office is the earliest known.\n\nWhat is not established: who gave the order, if any.",
    "The case was reviewed again after the second recording arrived. It confirms the first conclusion and raises "
    "the lower "
    "bound of the number of victims, since the second angle shows persons hidden in the first.",
)

QUALIFICATIONS = {
    "captured": "Wilful killing of protected persons: Rome Statute, article 8(2)(a)(i); Geneva Convention III, "
    "articles 13 "
    "and 130. The victims were in the power of the adverse party, in an international armed conflict.",
    "surrendering": "Killing of persons hors de combat who had surrendered at discretion: Rome Statute, article "
    "8(2)(b)(vi). The intention to surrender was clearly expressed and was seen.",
    "hors_de_combat": "Killing of persons hors de combat: Rome Statute, article 8(2)(b)(vi). The victims were "
    "incapacitated "
    "by wounds, could not defend themselves and abstained from any hostile act.",
}

NOTES = (
    "Asked the source whether an earlier or longer copy exists. Answer expected within a week.",
    "Compared the tree line with imagery of the month: two candidate places remain, the northern one fits better.",
    "The second video is a repost of the first with a logo added. It is not an independent source.",
    "The unit corrected the time in its report: 14:20, not 15:20. The earlier report is kept.",
    "Next of kin have not been informed. Names stay under embargo in everything that leaves the office.",
    "The translator is not sure of two words in the radio exchange. Sent to a second translator without the "
    "first version.",
    "The post was removed between 06:00 and 09:00 UTC today. Our capture was made yesterday at 21:14 UTC.",
    "Spoke with the prosecutor's liaison: a proceeding is open; they hold no material that we do not hold.",
    "Counted the persons in the frame independently of the first count. Same result.",
    "The shadow calculation gives 10:40 to 11:30 local time. It agrees with the unit's log.",
    "A witness is willing to speak. An earlier interview by another body exists; ask for its record before any "
    "new one.",
    "The insignia in frame 214 is a common pattern and identifies no unit. Not to be cited for the perpetrator.",
    "The number in the press is the number of another incident on the same day. Crosswalk noted.",
    "The file's own creation time is that of the messenger's re-encoding. It says nothing about the recording.",
    "Asked the referral officer whether the recipient's caveat allows us to cite its reply. It does not.",
)

TASKS = (
    "Ask the source for the original file",
    "Establish the place from imagery",
    "Have the radio exchange translated by a second translator",
    "Enter the capture-status timeline",
    "Check whether the next of kin have been informed",
    "Compare with incidents of the same day",
    "Ask the unit for the log of the observation post",
    "Preserve the post before it is removed",
    "Prepare the referral to the ICRC",
    "Answer the reviewer's question about the number of victims",
    "Record who commanded the unit on that day",
    "Review the sensitivity of the witness's account",
)

RETURN_NOTES = (
    "The lower bound is not supported by the cited frames: at 01:12 one of the persons is outside the picture. "
    "Please cite "
    "the second recording or lower the bound.",
    "The cited post is a repost of the cited video. They are one source; please state the standard accordingly.",
    "Capture is asserted but the timeline has no entry for it. Please complete the timeline before proposing again.",
    "The reasons do not say why fire from a third position is excluded.",
    "The party responsible rests on the caption of the post alone. Mark it as suspected or cite something further.",
    "Please remove the name from the reasons: consent to naming is not recorded.",
)

CLOSE_REASONS = (
    "The material shows a combat engagement; no person was in the power of the adverse party.",
    "The same incident as an earlier case, where all material now is.",
    "The recording was shown to be from another year and another place.",
    "All referrals are answered and no task is open.",
)

ACCESS_REASONS = (
    "Second translator for the radio exchange, until the translation is confirmed.",
    "Stands in for the lead investigator during leave.",
    "Independent count of persons in the recording.",
    "Reviewer from the other team, as both reviewers here registered evidence.",
)

REVEAL_REASONS = (
    "Counting persons in the frame",
    "Establishing the place",
    "Checking the time code against the unit report",
    "Review of the proposed finding",
)


def case_title(index: int, *, place: str, count: int) -> str:
    """A title that names a place and a number, never a person."""
    return _TITLES[index % len(_TITLES)].format(**_forms(count, place))


def case_summary(index: int, *, place: str, count: int, status: str = "captured") -> str:
    """A summary for victims who were 'captured', 'surrendering' or 'hors_de_combat' at death."""
    pool = _SUMMARIES[status]
    return pool[index % len(pool)].format(**_forms(count, place))


def other_side_summary(place: str) -> str:
    """The one documented execution of a wounded Russian soldier by Ukrainian military, told with the same restraint."""
    return _OTHER_SIDE.format(place=place)


def finding_reasons(index: int) -> str:
    """Reasons for a conclusion, in paragraphs."""
    return _REASONS[index % len(_REASONS)]
