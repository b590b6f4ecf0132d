"""What every book does: the same tests in memory, in SQLite and in PostgreSQL."""

from dataclasses import replace
from datetime import date

import pytest
from tests.stores import samples
from tests.stores.samples import DAY, MAY_2, contract, done, entry, payment, run, withdrawal

from inforce.contracts.events import AllocationChange, Application, Issue
from inforce.errors import BadEvent, BadInput, NotFound
from inforce.ledger import Book, Done, Snapshot, Stored, partition_of


def test_a_contract_comes_back_as_it_was_opened(book: Book) -> None:
    book.open(contract("Ä/1 'x'"))
    book.open(contract("plain", parties=(), allocation={}, readings={}))
    assert book.contract("Ä/1 'x'") == contract("Ä/1 'x'")
    assert book.contracts() == ["Ä/1 'x'", "plain"]


def test_an_id_is_used_once(book: Book) -> None:
    book.open(contract())
    with pytest.raises(BadInput, match="open already"):
        book.open(contract(form="single"))
    with pytest.raises(BadInput, match="open already"):
        book.open_many([contract("C-2"), contract("C-3"), contract("C-2")])
    assert book.contracts() == ["C-1"]


def test_what_there_is_not(book: Book) -> None:
    for ask in (book.contract, book.events, book.entries, book.stored, book.declined):
        with pytest.raises(NotFound, match="no contract 'C-9'"):
            ask("C-9")
    with pytest.raises(BadEvent, match="no contract 'C-9'"):
        book.record_many([("C-9", payment())])
    with pytest.raises(NotFound):
        book.post([entry("C-9")])
    with pytest.raises(NotFound):
        book.commit(run(), [done("C-9")])
    assert book.runs() == []


def test_recording_to_no_contract(book: Book) -> None:
    with pytest.raises(NotFound):
        book.record("C-9", payment())


def test_events_come_back_in_order_with_their_days(book: Book) -> None:
    book.open_many([contract("A"), contract("B")])
    first = book.record("A", payment(entered=MAY_2 + DAY))
    other = book.record("B", payment())
    late = book.record("A", withdrawal(MAY_2 + 5 * DAY), known=MAY_2 + 9 * DAY)
    assert [first.sequence, other.sequence, late.sequence] == [1, 2, 3]
    assert (first.known, late.known) == (MAY_2 + DAY, MAY_2 + 9 * DAY)
    assert [first.event.id, late.event.id] == ["e1", "e2"]
    assert book.events("A") == [first, late]
    assert book.events("A", known_by=MAY_2 + 8 * DAY) == [first]


def test_the_same_key_is_the_same_event(book: Book) -> None:
    book.open_many([contract("A"), contract("B")])
    first = book.record("A", payment(key="k"))
    assert book.record("A", payment(key="k")) == first
    assert book.record("A", payment(key="k", id="other")) == first
    assert book.record("B", payment(key="k")).sequence == 2
    with pytest.raises(BadInput, match="key 'k' stands already for another event, e1"):
        book.record("A", payment(key="k", cents=5))
    assert book.record_many([("B", payment(key="n")), ("B", payment(key="n")), ("A", payment(key="k"))])[1:] == [
        book.events("B")[1],
        first,
    ]


def test_an_events_id_is_used_once(book: Book) -> None:
    book.open(contract())
    book.record("C-1", payment(id="x"))
    with pytest.raises(BadInput, match="'x' is recorded already"):
        book.record("C-1", withdrawal(id="x"))
    book.record("C-1", payment(id="e3"))
    assert book.record("C-1", payment()).event.id == "e4"


def test_many_are_recorded_together_or_not_at_all(book: Book) -> None:
    book.open(contract())
    with pytest.raises(BadEvent, match="no contract 'C-9'") as bad:
        book.record_many([("C-1", payment()), ("C-1", withdrawal()), ("C-9", payment())])
    assert bad.value.place == 2
    with pytest.raises(BadEvent) as bad:
        book.record_many([("C-2", payment(id="x")), ("C-2", payment(id="x"))], opening=[contract("C-2")])
    assert bad.value.place == 1
    assert book.events("C-1") == []
    assert book.contracts() == ["C-1"]
    recorded = book.record_many([("C-3", payment()), ("C-1", payment())], opening=[contract("C-3")])
    assert [r.sequence for r in recorded] == [1, 2]
    assert book.events("C-3") == recorded[:1]
    assert book.record_many([]) == []


def test_entries_come_back_in_order(book: Book) -> None:
    book.open_many([contract("A"), contract("B")])
    posted = [entry("A", event="e1"), entry("B"), entry("A", MAY_2 + DAY, "e2", 2**62), replace(entry("A"), lines=())]
    book.post(posted)
    book.post([])
    assert book.entries("A") == [posted[0], posted[2], posted[3]]
    assert book.entries("B") == [posted[1]]
    with pytest.raises(NotFound):
        book.post([entry("A"), entry("C")])
    assert len(book.entries("A")) == 3


def test_a_day_is_posted_as_a_whole(book: Book) -> None:
    book.open_many([contract("A"), contract("B")])
    one, two = done("A", entries=3), done("B", number=2)
    two = replace(two, declined=((1, "not_in_force: …"), (2, "again")))
    book.commit(run(contracts=2), [one, two])
    assert book.stored("A") == one.stored
    assert book.stored("B") == two.stored
    assert book.entries("A") == list(one.entries)
    assert book.declined("B") == [(1, "not_in_force: …"), (2, "again")]
    assert book.runs() == [run(contracts=2)]
    assert book.finished(MAY_2, 0, 1)
    assert not book.finished(MAY_2, 0, 2)
    with pytest.raises(NotFound):
        book.commit(run(MAY_2 + DAY), [done("A", MAY_2 + DAY, number=3), done("C")])
    assert book.stored("A") == one.stored
    assert book.entries("A") == list(one.entries)
    assert not book.finished(MAY_2 + DAY, 0, 1)


def test_a_later_position_takes_the_place_of_the_earlier(book: Book) -> None:
    book.open(contract())
    assert book.stored("C-1") is None
    for number in (1, 2, 3):
        day = MAY_2 + number * DAY
        book.commit(run(day), [done("C-1", day, number=number)])
        assert book.stored("C-1") == done("C-1", day, number=number).stored
    bare = Stored("C-1", Snapshot(MAY_2, None, None), None)
    book.commit(run(), [Done(bare)])
    assert book.stored("C-1") == bare
    assert [r.day for r in book.runs(3)] == [MAY_2, MAY_2 + 3 * DAY, MAY_2 + 2 * DAY]
    assert [e.event for e in book.entries("C-1")] == ["e1", "e2", "e3"]


def test_due_are_those_with_something_new_or_something_planned(book: Book) -> None:
    names = ["new", "planned", "future", "told later", "idle"]
    book.open_many(contract(name) for name in names)
    idle = Done(Stored("idle", Snapshot(MAY_2, None, None), None))
    planned = Done(Stored("planned", Snapshot(MAY_2, None, None), MAY_2 + 3 * DAY))
    book.commit(run(), [idle, planned])
    book.record("new", payment(MAY_2))
    book.record("future", payment(MAY_2 + 2 * DAY))
    book.record("told later", payment(MAY_2), known=MAY_2 + 2 * DAY)
    assert book.due(MAY_2 - DAY) == []
    assert book.due(MAY_2) == ["new"]
    assert book.due(MAY_2 + 2 * DAY) == ["new", "future", "told later"]
    assert book.due(MAY_2 + 3 * DAY) == ["new", "planned", "future", "told later"]


def test_what_a_position_has_seen_is_not_due_again(book: Book) -> None:
    book.open(contract())
    book.record("C-1", payment(MAY_2))
    book.record("C-1", payment(MAY_2 + 4 * DAY))

    def stand(on: date, sequence: int) -> list[str]:
        book.commit(run(on), [Done(Stored("C-1", Snapshot(on, MAY_2, None, sequence=sequence), None))])
        return [f"{day:%d}" for day in (MAY_2 + n * DAY for n in range(6)) if book.due(day)]

    assert stand(MAY_2, 2) == ["06", "07"]
    assert stand(MAY_2 + 4 * DAY, 2) == []
    assert stand(MAY_2 + 2 * DAY, 2) == ["06", "07"]  # a replay that stalled earlier
    assert stand(MAY_2 - DAY, 2) == ["02", "03", "04", "05", "06", "07"]
    assert stand(MAY_2 + 5 * DAY, 1) == ["06", "07"]
    assert stand(MAY_2 + 5 * DAY, 2) == []
    book.record("C-1", withdrawal(MAY_2))
    assert book.due(MAY_2) == ["C-1"]


def test_partitions_share_what_is_due(book: Book) -> None:
    names = [f"contract-{n}" for n in range(40)]
    book.record_many(((name, payment()) for name in names), opening=map(contract, names))
    parts = [book.due(MAY_2, n, 3) for n in range(3)]
    assert sorted(name for part in parts for name in part) == sorted(names)
    assert all(partition_of(name, 3) == n for n, part in enumerate(parts) for name in part)


def test_reading_ahead_changes_nothing(book: Book) -> None:
    names = samples.fill(book, contracts=7)

    def read(name: str) -> tuple[object, ...]:
        return (book.contract(name), book.stored(name), book.events(name, MAY_2), book.events(name),
                book.entries(name), book.declined(name))  # fmt: skip

    plain = {name: read(name) for name in names}
    with book.ahead(names[:5]):
        assert {name: read(name) for name in names} == plain
        new = book.record(names[0], payment(MAY_2 + DAY))
        assert book.events(names[0])[-1] == new
        book.commit(run(), [done(names[1], number=9)])
        assert book.stored(names[1]) == done(names[1], number=9).stored
    with book.ahead(["C-9", names[2]]):
        with pytest.raises(NotFound):
            book.stored("C-9")
        assert read(names[2]) == plain[names[2]]
    with book.ahead([]):
        assert read(names[2]) == plain[names[2]]


def test_periods_close_and_open_again(book: Book) -> None:
    book.open(contract())
    assert book.closed_through() is None
    book.close_period("2001-04", who="controller")
    book.post([entry("C-1", date(2001, 5, 1))])
    with pytest.raises(BadInput, match="2001-04 is closed"):
        book.post([entry("C-1", MAY_2), entry("C-1", date(2001, 4, 30))])
    book.close_period("2001-06")
    with pytest.raises(BadInput, match=r"2001-05 is closed, as all are through 2001-06"):
        book.commit(run(), [done("C-1")])
    assert book.stored("C-1") is None
    assert len(book.entries("C-1")) == 1
    with pytest.raises(BadInput, match="closed already"):
        book.close_period("2001-05")
    book.reopen_period("2001-05", who="controller")
    assert book.closed_through() == "2001-04"
    book.commit(run(), [done("C-1")])
    with pytest.raises(BadInput, match="is open"):
        book.reopen_period("2001-05")
    with pytest.raises(BadInput, match="write YYYY-MM"):
        book.close_period("2001-13")
    book.reopen_period("2001-01")
    assert book.closed_through() == "2000-12"


def test_nothing_becomes_known_in_a_closed_period(book: Book) -> None:
    """It could never be posted, and would stop each day of the cycle; entered later, or known already, it comes in."""
    book.open(contract())
    book.record("C-1", payment(id="before", key="k"))
    book.close_period("2001-05")
    for known in (None, MAY_2, date(2001, 5, 31)):
        with pytest.raises(BadInput, match=f"event late would become known on {known or MAY_2}, but"):
            book.record("C-1", withdrawal(id="late"), known)
        with pytest.raises(BadInput, match="accounting periods are closed through 2001-05; give the later day"):
            book.record_many([("C-1", payment(id="more", on=date(2001, 6, 1))), ("C-1", withdrawal())], known)
    with book.taking_in() as intake:
        taken = intake.take([("C-1", withdrawal(id="late"))])
    assert [(t.number, t.new, t.at) for t in taken] == [(0, False, "on")]
    assert "would become known on 2001-05-02, but" in taken[0].problem
    assert [r.event.id for r in book.events("C-1")] == ["before"]
    assert book.record("C-1", payment(id="before", key="k")).sequence == 1
    book.record("C-1", withdrawal(id="late"), date(2001, 6, 1))
    book.record("C-1", withdrawal(id="later", entered=date(2001, 6, 4)))
    assert [r.event.id for r in book.events("C-1")] == ["before", "late", "later"]


def test_kinds_of_events(book: Book) -> None:
    book.open(contract())
    events = [
        Application(on=MAY_2, who="agent", channel="mail", reason="“so”\n\ttabs \\ and 'quotes'"),
        Issue(on=MAY_2, contract_date=MAY_2 - DAY, delivered=MAY_2 + DAY),
        AllocationChange.model_validate({"on": MAY_2, "at": "15:59:59", "allocation": {"growth": "33.3333333%"}}),
        withdrawal(net=True, withholding=200_000_000),
    ]
    recorded = book.record_many([("C-1", event) for event in events])
    assert book.events("C-1") == recorded
