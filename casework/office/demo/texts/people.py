"""Invented persons and units of the demonstration.

The surnames are made from words such as 'example' and 'test', and the units' numbers and names say 'demonstration', so
that nothing here can be taken for a real person or a real unit.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

_SURNAMES = (
    ("Прикладенко", "Prykladenko"),
    ("Тестовський", "Testovskyi"),
    ("Зразковець", "Zrazkovets"),
    ("Вигаданюк", "Vyhadaniuk"),
    ("Пробний", "Probnyi"),
    ("Макетенко", "Maketenko"),
    ("Шаблонюк", "Shabloniuk"),
    ("Умовний", "Umovnyi"),
    ("Навчаленко", "Navchalenko"),
    ("Показовий", "Pokazovyi"),
    ("Чернетенко", "Chernetenko"),
    ("Заповненко", "Zapovnenko"),
    ("Неіснуюк", "Neisnuiuk"),
    ("Замінний", "Zaminnyi"),
    ("Модельчук", "Modelchuk"),
    ("Ілюстренко", "Iliustrenko"),
    ("Гіпотезюк", "Hipoteziuk"),
    ("Демонстраченко", "Demonstrachenko"),
    ("Псевдонімець", "Psevdonimets"),
    ("Ескізний", "Eskiznyi"),
    ("Варіантенко", "Variantenko"),
    ("Текстовий", "Tekstovyi"),
    ("Тренувалюк", "Trenuvaliuk"),
    ("Безіменко", "Bezimenko"),
)
_GIVEN = (
    ("Зразко", "Zrazko"),
    ("Тестимир", "Testymyr"),
    ("Прикладій", "Prykladii"),
    ("Макетій", "Maketii"),
    ("Пробомир", "Probomyr"),
    ("Умовлад", "Umovlad"),
    ("Шаблоній", "Shablonii"),
    ("Вигадан", "Vyhadan"),
)
_PATRONYMICS = (
    ("Тестимирович", "Testymyrovych"),
    ("Прикладійович", "Prykladiiovych"),
    ("Макетійович", "Maketiiovych"),
    ("Умовладович", "Umovladovych"),
    ("Вигаданович", "Vyhadanovych"),
)
RANKS = (
    ("soldier", "солдат"),
    ("senior soldier", "старший солдат"),
    ("junior sergeant", "молодший сержант"),
    ("sergeant", "сержант"),
    ("senior sergeant", "старший сержант"),
    ("lieutenant", "лейтенант"),
)
DISTINCT_PERSONS = len(_SURNAMES) * len(_GIVEN) * len(_PATRONYMICS)


@dataclass(frozen=True)
class DemoPerson:
    """An invented person: names in Ukrainian and in Latin letters, rank, a number beginning with SYN, year of birth."""

    surname: str
    given: str
    patronymic: str
    latin: str
    rank: str
    rank_uk: str
    number: str
    born: int


def person(index: int) -> DemoPerson:
    """The person with this index; names repeat only after `DISTINCT_PERSONS`, numbers never."""
    place = index * 601 % DISTINCT_PERSONS
    surname = _SURNAMES[place % len(_SURNAMES)]
    given = _GIVEN[place // len(_SURNAMES) % len(_GIVEN)]
    patronymic = _PATRONYMICS[place // (len(_SURNAMES) * len(_GIVEN))]
    dice = random.Random(f"person {index}")
    rank, rank_uk = dice.choice(RANKS)
    return DemoPerson(
        surname=surname[0],
        given=given[0],
        patronymic=patronymic[0],
        latin=f"{surname[1]} {given[1]} {patronymic[1]}",
        rank=rank,
        rank_uk=rank_uk,
        number=f"SYN-{index:06d}",
        born=dice.randint(1974, 2004),
    )


@dataclass(frozen=True)
class DemoUnit:
    """An invented unit; `superior` is the name of the unit above it, empty at the top; party by its code, UA or RU."""

    name: str
    name_uk: str
    party: str
    superior: str = ""


UNITS = (
    DemoUnit("99th Demonstration Army", "99-та демонстраційна армія", "RU"),
    DemoUnit("990th Demonstration Division", "990-та демонстраційна дивізія", "RU", "99th Demonstration Army"),
    DemoUnit(
        "991st Demonstration Rifle Regiment",
        "991-й демонстраційний стрілецький полк",
        "RU",
        "990th Demonstration Division",
    ),
    DemoUnit(
        "992nd Demonstration Rifle Regiment",
        "992-й демонстраційний стрілецький полк",
        "RU",
        "990th Demonstration Division",
    ),
    DemoUnit("993rd Demonstration Brigade", "993-тя демонстраційна бригада", "RU", "99th Demonstration Army"),
    DemoUnit(
        "1st Battalion, 991st Demonstration Rifle Regiment",
        "1-й батальйон 991-го демонстраційного стрілецького полку",
        "RU",
        "991st Demonstration Rifle Regiment",
    ),
    DemoUnit(
        "Assault Company, 993rd Demonstration Brigade",
        "Штурмова рота 993-ї демонстраційної бригади",
        "RU",
        "993rd Demonstration Brigade",
    ),
    DemoUnit("98th Demonstration Corps", "98-й демонстраційний корпус", "UA"),
    DemoUnit("981st Demonstration Brigade", "981-ша демонстраційна бригада", "UA", "98th Demonstration Corps"),
    DemoUnit("982nd Demonstration Brigade", "982-га демонстраційна бригада", "UA", "98th Demonstration Corps"),
    DemoUnit(
        "Observation Battalion, 981st Demonstration Brigade",
        "Батальйон спостереження 981-ї демонстраційної бригади",
        "UA",
        "981st Demonstration Brigade",
    ),
)
