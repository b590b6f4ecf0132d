"""A book carries its own market; a correction keeps what it corrects."""

from datetime import date

import pytest

from inforce.demo.market import demo_market
from inforce.errors import BadMarketData, MissingPrice
from inforce.ledger import Book
from inforce.market import MarketData, Navs, Rates, Series, SubAccount

D1, D2, D3 = date(2001, 5, 2), date(2001, 5, 3), date(2001, 5, 4)
GROWTH, CLASS_B = SubAccount("growth"), SubAccount("growth", "sa-1", "b")


def values(*prices: tuple[date, int], of: SubAccount = GROWTH, source: str = "") -> MarketData:
    return MarketData(unit_values={of: Series.of(dict(prices), source)})


def test_everything_comes_back(book: Book) -> None:
    data = MarketData(
        {GROWTH: Series.of({D1: 10_000_000, D2: 10_100_000}, "a.csv"), CLASS_B: Series.of({D2: 2**63 - 1})},
        {"growth": Navs.of({D1: 1, D2: 2}, {D2: 3}, {D1: 4}, "navs.csv")},
        {"gpa": Rates.by_month({"2001-05": 35_000_000, "2001-06": 0}, "rates.csv")},
        {"gpa": Rates.by_year({2001: 30_000_000})},
    )
    assert book.add_prices(data, "first feed", D3) == 8
    market = book.market(between="hold")
    assert {key: dict(zip(s.days, s.values, strict=True)) for key, s in market.data.unit_values.items()} == {
        GROWTH: {D1: 10_000_000, D2: 10_100_000},
        CLASS_B: {D2: 2**63 - 1},
    }
    assert market.data.navs["growth"].columns == data.navs["growth"].columns
    assert market.data.declared["gpa"].columns == data.declared["gpa"].columns
    assert market.data.secondary["gpa"].at == data.secondary["gpa"].at
    assert (market.source_of(GROWTH, D1), market.source_of(CLASS_B, D2)) == ("a.csv", "first feed")
    assert market.unit_value(GROWTH, D3) == 10_100_000
    assert book.add_prices(data, "first feed again", D3) == 0


def test_a_correction_keeps_both(book: Book) -> None:
    book.add_prices(values((D1, 100), (D2, 200)), "feed", D2)
    assert book.add_prices(values((D1, 100), (D2, 210), source="fix.csv"), "fix", D3) == 1
    assert book.add_prices(values((D2, 220)), "second fix of the day", D3) == 1
    assert book.market(D2).unit_value(GROWTH, D2) == 200
    assert book.market(D3).unit_value(GROWTH, D2) == 220
    assert book.market().unit_value(GROWTH, D2) == 220
    assert book.market().unit_value(GROWTH, D1) == 100
    assert book.add_prices(values((D2, 200)), "back again", D3) == 1
    assert book.market().unit_value(GROWTH, D2) == 200
    with pytest.raises(MissingPrice):
        book.market(D1).unit_value(GROWTH, D1)


def test_a_correction_is_not_known_before_what_it_corrects(book: Book) -> None:
    book.add_prices(values((D1, 100), (D2, 200)), "feed", D2)
    with pytest.raises(BadMarketData, match="in the book since 2001-05-03"):
        book.add_prices(values((D2, 210), (D3, 300)), "early", D1)
    assert not book.market().has_unit_value(GROWTH, D3)
    assert book.add_prices(values((D1, 100)), "the same, earlier", D1) == 0


def test_one_scale(book: Book) -> None:
    book.add_prices(MarketData(declared={"gpa": Rates.by_month({"2001-05": 1})}, decimals=9), "rates first", D1)
    book.add_prices(MarketData({GROWTH: Series.of({D1: 1})}, decimals=8), "feed", D1)
    with pytest.raises(BadMarketData, match="at 6 decimals; the book's are at 8"):
        book.add_prices(values((D2, 1)), "other", D1)
    assert book.market().decimals == 8


def test_an_empty_market(book: Book) -> None:
    assert book.add_prices(MarketData(), "nothing", D1) == 0
    assert book.market() == book.market(D1)
    assert book.market().data == MarketData()


def test_the_demonstration_market(book: Book) -> None:
    data = demo_market().data
    count = book.add_prices(data, "demo", date(2008, 8, 1))
    assert count == sum(len(h.at) for part in (data.unit_values, data.declared, data.secondary) for h in part.values())
    for group in ("unit_values", "declared", "secondary"):
        held, given = getattr(book.market().data, group), getattr(data, group)
        assert {key: (h.at, h.columns) for key, h in held.items()} == {
            key: (h.at, h.columns) for key, h in given.items()
        }
