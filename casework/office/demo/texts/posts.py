"""Invented posts of messenger channels, and the public statements of the registry.

All wording is invented and nobody real said it. Posts are short and plain; what they imply is left for the case.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class DemoChannel:
    """An invented channel: display name, handle, language of its posts, and whom it says it stands with."""

    name: str
    handle: str
    language: str
    affiliation: str


CHANNELS = (
    DemoChannel(
        "Демо-хроника фронта", "@demo_chronicle_ru", "ru", "Says it is close to the 991st Demonstration Regiment"
    ),
    DemoChannel("Учебный штурмовой", "@demo_assault_ru", "ru", "Claims to be run by soldiers; not confirmed"),
    DemoChannel("Примерный вестник", "@demo_herald_ru", "ru", "Reposts other channels; affiliation unknown"),
    DemoChannel("Зразкове зведення", "@demo_summary_uk", "uk", "Volunteer monitoring channel"),
    DemoChannel("Тестовий моніторинг", "@demo_monitor_uk", "uk", "Volunteer monitoring channel"),
    DemoChannel("Sample Conflict Watch", "@demo_watch_en", "en", "Open-source researchers"),
)

POSTS = {
    "ru": (
        "Работа в районе {place}. Группа противника вышла с поднятыми руками. Дальше без комментариев.",
        "Прислали запись с квадрокоптера, {place}. Автор пишет, что пленных в этот день не оформляли.",
        "{place}. Наши заняли опорный пункт. Сколько человек сдалось, не сообщается, до пункта сбора не дошёл никто.",
        "Вопрос подписчика: где те, кто вышел к нам у {place}? Ответ: не ищите.",
        "Видео из {place} просили убрать. Убирать не будем, пусть другие знают, как у нас с пленными.",
        "Коротко: {place}, утро, окоп зачищен. Оружие сложили сами, в тыл не отправляли.",
        "Пишут, что командир роты приказал пленных у {place} не брать. Подтверждения нет, запись обсуждается.",
        "Повтор записи за прошлую неделю, {place}. Первый раз её выложил другой канал, мы только подписали.",
    ),
    "uk": (
        "Отримали запис із району {place}. Військові виходять без зброї, після цього камера відвертається. "
        "Передали правоохоронцям.",
        "{place}. За словами побратимів, зв'язок із групою зник після того, як вона склала зброю.",
        "Просимо не поширювати відео з {place}: рідних ще не повідомлено.",
        "Порівняли два дописи про {place}: це один і той самий запис, другий канал його обрізав.",
        "Допис про полонених біля {place} видалено сьогодні вранці. Копію збережено.",
        "Шукаємо свідків події біля {place}. Пишіть лише захищеним каналом, імена не публікуємо.",
    ),
    "en": (
        "We place this recording near {place}: the field road, the tree line and the pylon match imagery from "
        "the same month.",
        "A channel posted and then deleted a video said to be from {place}. We kept a copy with its hash.",
        "Two uploads from {place} share the same first frame. Treat them as one source until shown otherwise.",
        "The shadow length in the {place} recording fits late morning. The date is still open.",
    ),
}

# In the order of the posts.
TRANSLATIONS = {
    "ru": (
        "Work in the area of {place}. A group of the adversary came out with raised hands. No further comment.",
        "We were sent a quadcopter recording, {place}. Its author writes that no prisoners were registered that day.",
        "{place}. Our men took the strongpoint. How many surrendered is not said; none reached the collection point.",
        "A subscriber asks: where are those who came out to us at {place}? Answer: do not look for them.",
        "We were asked to remove the video from {place}. We will not; let others know how we treat prisoners.",
        "In short: {place}, morning, trench cleared. They laid down their arms themselves; nobody was sent to "
        "the rear.",
        "It is written that a company commander ordered no prisoners to be taken at {place}. Not confirmed; "
        "under discussion.",
        "A repeat of last week's recording, {place}. Another channel posted it first; we only added the caption.",
    ),
    "uk": (
        "We received a recording from the area of {place}. Servicemen come out unarmed, then the camera turns "
        "away. Passed to law enforcement.",
        "{place}. According to comrades, contact with the group was lost after it had laid down its arms.",
        "Please do not share the video from {place}: the families have not been informed yet.",
        "We compared two posts about {place}: it is one recording, and the second channel cropped it.",
        "The post about prisoners near {place} was deleted this morning. A copy has been kept.",
        "We look for witnesses of the event near {place}. Write only by a secure channel; names are not published.",
    ),
}


@dataclass(frozen=True)
class DemoPost:
    """A post with its English translation; the translation is empty for a post in English."""

    channel: DemoChannel
    text: str
    translation: str


def post(index: int, *, place: str, place_uk: str, language: str = "") -> DemoPost:
    """A post about a place, chosen by index; English texts use `place`, Cyrillic ones `place_uk`."""
    dice = random.Random(f"post {index}")
    channel = dice.choice([c for c in CHANNELS if not language or c.language == language])
    pool = POSTS[channel.language]
    choice = index % len(pool)
    if channel.language == "en":
        return DemoPost(channel, pool[choice].format(place=place), "")
    translation = TRANSLATIONS[channel.language][choice].format(place=place)
    return DemoPost(channel, pool[choice].format(place=place_uk), translation)


@dataclass(frozen=True)
class DemoStatement:
    """A public statement; `kind` is a code of the registry, `said_on` an ISO date, `text` the original wording."""

    speaker: str
    function: str
    party: str
    by_official: bool
    kind: str
    said_on: str
    medium: str
    language: str
    text: str
    translation: str


STATEMENTS = (
    DemoStatement(
        "Deputy head of a regional assembly (synthetic)", "Regional legislature", "RU", True, "call_execution",
        "2024-04-18", "Television talk show", "ru",
        "Я считаю, что брать их в плен незачем. Таких людей надо уничтожать на месте.",
        "I consider that there is no reason to take them prisoner. Such people should be eliminated on the spot.",
    ),
    DemoStatement(
        "Member of a federal committee (synthetic)", "Federal legislature", "RU", True, "call_inhumane",
        "2024-08-21", "Post on a personal channel", "ru",
        "С этими пленными не нужно обращаться как с военнопленными. Пусть не ждут ни еды, ни врачей.",
        "These captives need not be treated as prisoners of war. Let them expect neither food nor doctors.",
    ),
    DemoStatement(
        "Adviser to a regional governor (synthetic)", "Regional executive", "RU", True, "no_quarter",
        "2024-10-09", "Interview", "ru",
        "Тем, кто воюет на нашей земле, пощады не будет. Сдаваться им бесполезно.",
        "Those who fight on our soil will receive no mercy. It is useless for them to surrender.",
    ),
    DemoStatement(
        "Channel of an assault detachment (synthetic)", "Military group", "RU", False, "call_execution",
        "2024-05-30", "Messenger channel", "ru",
        "Пленных не берём. Кто берёт, пусть сам их и кормит.",
        "We take no prisoners. Whoever takes them may feed them himself.",
    ),
    DemoStatement(
        "Channel of a reconnaissance group (synthetic)", "Military group", "RU", False, "approval",
        "2024-09-14", "Messenger channel", "ru",
        "Решение по сдавшимся считаем правильным. Одобряем и повторим.",
        "We consider the decision on those who surrendered right. We approve it and would repeat it.",
    ),
    DemoStatement(
        "Channel of a volunteer formation (synthetic)", "Military group", "RU", False, "approval",
        "2024-10-16", "Messenger channel", "ru",
        "Запись видели. Возражений по обращению с пленными у нас нет.",
        "We have seen the recording. We have no objection to how the prisoners were treated.",
    ),
    DemoStatement(
        "Channel of an assault company (synthetic)", "Military group", "RU", False, "no_quarter",
        "2024-11-27", "Messenger channel", "ru",
        "Предупреждаем: на нашем участке белый флаг больше ничего не значит.",
        "A warning: on our sector a white flag means nothing any more.",
    ),
    DemoStatement(
        "Press office of a military district (synthetic)", "Military press office", "RU", False, "denial",
        "2024-12-05", "Written comment", "ru",
        "Сообщения о расстреле пленных не соответствуют действительности. С пленными обращаются по правилам.",
        "Reports that prisoners were shot do not correspond to the facts. Prisoners are treated according to the "
        "rules.",
    ),
)  # fmt: skip
