"""Places of the demonstration: real settlements with approximate coordinates, for incidents that are invented."""

from __future__ import annotations

from dataclasses import dataclass

# The coordinates are of the settlement, not of any event.
UNCERTAINTY_METRES = 5000


@dataclass(frozen=True)
class DemoPlace:
    """A settlement; country by ISO 3166 code; decimal degrees (WGS 84), good to about two kilometres."""

    country: str
    oblast: str
    oblast_uk: str
    raion: str
    raion_uk: str
    settlement: str
    settlement_uk: str
    latitude: float
    longitude: float


_OBLASTS = {
    "Donetsk oblast": ("UA", "Донецька область"),
    "Zaporizhzhia oblast": ("UA", "Запорізька область"),
    "Kharkiv oblast": ("UA", "Харківська область"),
    "Kherson oblast": ("UA", "Херсонська область"),
    "Luhansk oblast": ("UA", "Луганська область"),
    "Sumy oblast": ("UA", "Сумська область"),
    "Kursk oblast": ("RU", "Курська область"),
}
_RAIONS = {
    "Bakhmut raion": "Бахмутський район",
    "Chuhuiv raion": "Чугуївський район",
    "Glushkovo district": "Глушковський район",
    "Izium raion": "Ізюмський район",
    "Kakhovka raion": "Каховський район",
    "Kharkiv raion": "Харківський район",
    "Kherson raion": "Херсонський район",
    "Korenevo district": "Коренівський район",
    "Kramatorsk raion": "Краматорський район",
    "Kupiansk raion": "Куп'янський район",
    "Pokrovsk raion": "Покровський район",
    "Polohy raion": "Пологівський район",
    "Sievierodonetsk raion": "Сіверськодонецький район",
    "Sudzha district": "Суджанський район",
    "Sumy raion": "Сумський район",
    "Svatove raion": "Сватівський район",
    "Vasylivka raion": "Василівський район",
    "Volnovakha raion": "Волноваський район",
}
_SETTLEMENTS = (
    ("Donetsk oblast", "Volnovakha raion", "Velyka Novosilka", "Велика Новосілка", 47.84, 36.84),
    ("Donetsk oblast", "Volnovakha raion", "Vuhledar", "Вугледар", 47.78, 37.25),
    ("Donetsk oblast", "Pokrovsk raion", "Kurakhove", "Курахове", 47.98, 37.28),
    ("Donetsk oblast", "Pokrovsk raion", "Selydove", "Селидове", 48.15, 37.30),
    ("Donetsk oblast", "Pokrovsk raion", "Pokrovsk", "Покровськ", 48.28, 37.18),
    ("Donetsk oblast", "Pokrovsk raion", "Myrnohrad", "Мирноград", 48.30, 37.27),
    ("Donetsk oblast", "Pokrovsk raion", "Avdiivka", "Авдіївка", 48.14, 37.75),
    ("Donetsk oblast", "Pokrovsk raion", "Krasnohorivka", "Красногорівка", 48.01, 37.51),
    ("Donetsk oblast", "Bakhmut raion", "Toretsk", "Торецьк", 48.40, 37.85),
    ("Donetsk oblast", "Bakhmut raion", "Chasiv Yar", "Часів Яр", 48.59, 37.84),
    ("Donetsk oblast", "Bakhmut raion", "Siversk", "Сіверськ", 48.87, 38.10),
    ("Donetsk oblast", "Bakhmut raion", "Soledar", "Соледар", 48.68, 38.09),
    ("Donetsk oblast", "Kramatorsk raion", "Lyman", "Лиман", 48.99, 37.81),
    ("Zaporizhzhia oblast", "Polohy raion", "Robotyne", "Роботине", 47.45, 35.84),
    ("Zaporizhzhia oblast", "Polohy raion", "Verbove", "Вербове", 47.44, 35.97),
    ("Zaporizhzhia oblast", "Polohy raion", "Orikhiv", "Оріхів", 47.57, 35.79),
    ("Zaporizhzhia oblast", "Polohy raion", "Huliaipole", "Гуляйполе", 47.66, 36.26),
    ("Zaporizhzhia oblast", "Vasylivka raion", "Kamianske", "Кам'янське", 47.54, 35.36),
    ("Kharkiv oblast", "Chuhuiv raion", "Vovchansk", "Вовчанськ", 50.29, 36.94),
    ("Kharkiv oblast", "Kupiansk raion", "Kupiansk", "Куп'янськ", 49.71, 37.61),
    ("Kharkiv oblast", "Kupiansk raion", "Dvorichna", "Дворічна", 49.85, 37.68),
    ("Kharkiv oblast", "Kharkiv raion", "Lyptsi", "Липці", 50.20, 36.44),
    ("Kharkiv oblast", "Izium raion", "Borova", "Борова", 49.38, 37.62),
    ("Kherson oblast", "Kherson raion", "Krynky", "Кринки", 46.74, 33.09),
    ("Kherson oblast", "Kherson raion", "Oleshky", "Олешки", 46.62, 32.72),
    ("Kherson oblast", "Kakhovka raion", "Nova Kakhovka", "Нова Каховка", 46.76, 33.35),
    ("Luhansk oblast", "Sievierodonetsk raion", "Bilohorivka", "Білогорівка", 48.93, 38.25),
    ("Luhansk oblast", "Sievierodonetsk raion", "Kreminna", "Кремінна", 49.05, 38.22),
    ("Luhansk oblast", "Svatove raion", "Makiivka", "Макіївка", 49.23, 38.01),
    ("Sumy oblast", "Sumy raion", "Yunakivka", "Юнаківка", 51.09, 35.04),
    ("Sumy oblast", "Sumy raion", "Krasnopillia", "Краснопілля", 50.78, 35.26),
    ("Sumy oblast", "Sumy raion", "Bilopillia", "Білопілля", 51.15, 34.31),
    ("Kursk oblast", "Sudzha district", "Sudzha", "Суджа", 51.19, 35.27),
    ("Kursk oblast", "Sudzha district", "Malaya Loknya", "Мала Локня", 51.29, 35.27),
    ("Kursk oblast", "Korenevo district", "Korenevo", "Коренєво", 51.41, 34.90),
    ("Kursk oblast", "Glushkovo district", "Glushkovo", "Глушково", 51.34, 34.64),
)

PLACES = tuple(
    DemoPlace(
        _OBLASTS[oblast][0], oblast, _OBLASTS[oblast][1], raion, _RAIONS[raion], name, name_uk, latitude, longitude
    )
    for oblast, raion, name, name_uk, latitude, longitude in _SETTLEMENTS
)
