"""Parties, regions and tags that an office starts with. Written only to empty tables; administrators keep them after.

Regions of Ukraine are those of ISO 3166-2:UA, all 27: Crimea and Sevastopol are Ukraine's. Of Russia there are those at
the front or the border (ISO 3166-2:RU).
"""

from __future__ import annotations

from typing import Any

from casework.cases.models import Party, Region, Tag

PARTIES = (("UA", "Ukraine"), ("RU", "Russian Federation"))

UKRAINE = (
    ("UA-05", "Vinnytsia oblast", "Вінницька область"),
    ("UA-07", "Volyn oblast", "Волинська область"),
    ("UA-09", "Luhansk oblast", "Луганська область"),
    ("UA-12", "Dnipropetrovsk oblast", "Дніпропетровська область"),
    ("UA-14", "Donetsk oblast", "Донецька область"),
    ("UA-18", "Zhytomyr oblast", "Житомирська область"),
    ("UA-21", "Zakarpattia oblast", "Закарпатська область"),
    ("UA-23", "Zaporizhzhia oblast", "Запорізька область"),
    ("UA-26", "Ivano-Frankivsk oblast", "Івано-Франківська область"),
    ("UA-30", "Kyiv (city)", "місто Київ"),
    ("UA-32", "Kyiv oblast", "Київська область"),
    ("UA-35", "Kirovohrad oblast", "Кіровоградська область"),
    ("UA-40", "Sevastopol (city)", "місто Севастополь"),
    ("UA-43", "Autonomous Republic of Crimea", "Автономна Республіка Крим"),
    ("UA-46", "Lviv oblast", "Львівська область"),
    ("UA-48", "Mykolaiv oblast", "Миколаївська область"),
    ("UA-51", "Odesa oblast", "Одеська область"),
    ("UA-53", "Poltava oblast", "Полтавська область"),
    ("UA-56", "Rivne oblast", "Рівненська область"),
    ("UA-59", "Sumy oblast", "Сумська область"),
    ("UA-61", "Ternopil oblast", "Тернопільська область"),
    ("UA-63", "Kharkiv oblast", "Харківська область"),
    ("UA-65", "Kherson oblast", "Херсонська область"),
    ("UA-68", "Khmelnytskyi oblast", "Хмельницька область"),
    ("UA-71", "Cherkasy oblast", "Черкаська область"),
    ("UA-74", "Chernihiv oblast", "Чернігівська область"),
    ("UA-77", "Chernivtsi oblast", "Чернівецька область"),
)
RUSSIA = (
    ("RU-BEL", "Belgorod oblast", "Белгородская область"),
    ("RU-BRY", "Bryansk oblast", "Брянская область"),
    ("RU-KDA", "Krasnodar krai", "Краснодарский край"),
    ("RU-KRS", "Kursk oblast", "Курская область"),
    ("RU-ROS", "Rostov oblast", "Ростовская область"),
    ("RU-VOR", "Voronezh oblast", "Воронежская область"),
)
TAGS = (
    "Filmed from a drone",
    "Group execution",
    "Mutilation of the dead",
    "Published by the perpetrators",
    "Surrender on film",
)


def load(sender: Any, using: str, **_: Any) -> None:
    """Fill what is empty; called after every migration of this app."""
    if not Party.objects.using(using).exists():
        Party.objects.using(using).bulk_create(Party(code=code, name=name) for code, name in PARTIES)
    if not Region.objects.using(using).exists():
        Region.objects.using(using).bulk_create(
            Region(code=code, country=code[:2], name=name, local_name=local)
            for code, name, local in (*UKRAINE, *RUSSIA)
        )
    if not Tag.objects.using(using).exists():
        Tag.objects.using(using).bulk_create(Tag(name=name) for name in TAGS)
