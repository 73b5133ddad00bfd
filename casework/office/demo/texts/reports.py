"""Texts of unit reports, in Ukrainian, and what the office notes about evidence, in English."""

from __future__ import annotations

CLASSIFICATIONS = ("Для службового користування", "Не таємно", "Для службового користування (копія)")
ADDRESSEES = (
    "Начальнику штабу\n98-го демонстраційного корпусу",
    "Командиру\n981-ї демонстраційної бригади",
    "Начальнику чергової зміни\nпункту управління (навчальні дані)",
)
SUBJECTS = (
    "Донесення про подію",
    "Доповідь чергової зміни спостереження",
    "Донесення про втрату зв'язку з групою",
    "Доповідь розрахунку безпілотного літального апарата",
)

_OPENINGS = (
    "Доповідаю, що {day} близько {hour} у районі населеного пункту {place} розрахунок безпілотного літального "
    "апарата "
    "зафіксував вихід групи наших військовослужбовців із позиції. Чисельність групи: {count}.",
    "{day} о {hour} пост спостереження поблизу населеного пункту {place} повідомив про припинення бою на суміжній "
    "позиції. Чисельність особового складу на позиції становила: {count}.",
    "За записами журналу чергової зміни, {day} о {hour} втрачено зв'язок із групою в районі населеного пункту "
    "{place}. "
    "Чисельність групи: {count}.",
    "{day} під час спостереження за районом населеного пункту {place} о {hour} відмічено рух людей у напрямку "
    "польової "
    "дороги. Кількість осіб: {count}.",
)
_EVENTS = (
    "Особи рухалися з піднятими руками, зброї при них не спостерігалося. Їх зустріла група противника, після "
    "чого було "
    "проведено обшук. Через кілька хвилин зафіксовано постріли.",
    "На записі видно, що зброю було складено на землю. Після обшуку рух припинився. Боєзіткнення поруч у цей час не "
    "велося.",
    "За радіоперехопленням, про взяття в полон доповіли старшому. Відповідь нерозбірлива, запис передано "
    "перекладачеві.",
    "Спостереження вели безперервно до погіршення видимості. Подальше переміщення осіб не відмічено.",
    "Один із членів групи подав сигнал білою тканиною. Сигнал, за оцінкою оператора, противник бачив.",
)
_CLOSINGS = (
    "Оригінал запису збережено на носії з інвентарним номером. Копію передано уповноваженій особі під підпис.",
    "Прошу повідомити, чи потрібні пояснення оператора. Родини не повідомлено, прошу не розголошувати прізвища.",
    "Час у донесенні київський. Похибка годинника апарата не перевищує однієї хвилини.",
    "Уточнені дані буде подано додатковим донесенням.",
)

EVIDENCE_TITLES = {
    "video": (
        "Aerial recording, continuous",
        "Aerial recording, second angle",
        "Thermal recording from an observation post",
        "Telephone video, forwarded",
        "Helmet camera, excerpt",
    ),
    "unit_report": (
        "Report of the observing unit",
        "Report on the loss of contact with a group",
        "Extract from the log of the duty shift",
        "Report of the aircraft crew",
    ),
    "post": (
        "Post with a video and a caption",
        "Post that mentions the day and the number",
        "Repost with a logo added",
        "Post removed after our capture",
    ),
    "image": (
        "Photograph of the place, later the same week",
        "Still from a recording",
        "Photograph of a trench system",
    ),
    "audio": ("Radio exchange", "Voice message of a duty officer"),
    "testimony": ("Account of a released prisoner", "Account of a member of the same unit", "Account of a resident"),
    "document": (
        "List of persons missing from the unit",
        "Record of the exchange of remains",
        "Letter of a monitoring body",
    ),
}

EVIDENCE_DESCRIPTIONS = {
    "video": (
        "Recording from above of a field road and a tree line. Persons leave a position; later shots are heard "
        "or seen. "
        "No face can be recognised.",
        "The same event from another direction, in lower quality. The recording begins after the surrender.",
        "White-hot thermal recording. Persons can be counted; clothing and insignia cannot be seen.",
        "Short recording forwarded by a messenger and re-encoded by it. The original is being sought.",
    ),
    "unit_report": (
        "Written on the evening of the day. States time, place and number of persons, and names the crew that "
        "observed.",
        "Describes the loss of contact and the last message. Does not itself describe the act.",
        "Two pages of a log. Times are local; the clock error is stated.",
    ),
    "post": (
        "Screenshot with the address bar cut; URL and identifier were recorded at capture.",
        "The caption approves of the act. The account's affiliation is claimed, not established.",
        "A copy of an earlier post of another channel. Not an independent source.",
    ),
    "image": ("Shows the place without persons.", "Taken from the recording at the moment of the surrender."),
    "audio": ("An exchange of under a minute; two words are uncertain.",),
    "testimony": ("Given voluntarily and with consent to use before international bodies; identity protected.",),
    "document": ("A copy; the original is with the issuing body.",),
}


def report_paragraphs(index: int, *, place_uk: str, count: int, day: str, hour: str = "14:20") -> list[str]:
    """The body of a unit report in Ukrainian; `day` as '05.10.2024', `hour` local time."""
    facts = {"place": place_uk, "count": str(count), "day": day, "hour": hour}
    events = [_EVENTS[(index + step * (1 + index // len(_EVENTS) % 2)) % len(_EVENTS)] for step in range(2)]
    return [
        _OPENINGS[index % len(_OPENINGS)].format(**facts),
        *events,
        _CLOSINGS[(index // 2) % len(_CLOSINGS)],
    ]


def evidence_title(kind: str, index: int) -> str:
    """A title for an evidence item; kinds: video, unit_report, post, image, audio, testimony, document."""
    return EVIDENCE_TITLES[kind][index % len(EVIDENCE_TITLES[kind])]


def evidence_description(kind: str, index: int) -> str:
    """What the item shows, for somebody who has not opened it."""
    return EVIDENCE_DESCRIPTIONS[kind][index % len(EVIDENCE_DESCRIPTIONS[kind])]
