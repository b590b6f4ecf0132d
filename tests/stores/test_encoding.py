"""Events, contracts and positions as text and back; the text is canonical."""

import json
from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.stores import samples

from inforce.contracts import EVENT_KINDS, Contract, Event, Party
from inforce.errors import BadBook, BadInput, OldPosition
from inforce.ledger import Snapshot, Stored
from inforce.mechanics.records import Annuity
from inforce.stores import encoding

NAMES = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)
DAYS = st.dates(date(1980, 1, 1), date(2199, 12, 31))
SHARES = st.integers(0, 1_000_000_000)
CENTS = st.integers(1, 2**63 - 1)
ALLOCATIONS = st.dictionaries(NAMES, SHARES, max_size=4)
PARTS = st.dictionaries(NAMES, CENTS | st.integers(-1_000_000_000, -1), min_size=1, max_size=4)
WHOLE = st.integers(-(2**63), 2**63 - 1)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "id": NAMES, "on": DAYS, "at": st.times(), "entered": st.none() | DAYS, "who": NAMES, "channel": NAMES,
    "reason": NAMES, "key": NAMES,
}  # fmt: skip
SPECIAL: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "issue": {"contract_date": st.none() | DAYS, "delivered": st.none() | DAYS},
    "purchase_payment": {"amount": CENTS, "allocation": st.none() | ALLOCATIONS, "source": NAMES,
                         "tax_year": st.none() | st.integers(), "basis": st.none() | st.integers(0)},
    "allocation": {"allocation": ALLOCATIONS},
    "transfer": {"from": PARTS, "to": ALLOCATIONS},
    "withdrawal": {"amount": CENTS, "net": st.booleans(), "from": st.none() | PARTS, "withholding": SHARES},
    "application": {"complete": st.just(False), "missing": st.just("x"), "consents_to_hold": st.booleans()},
    "delivery": {"delivered": st.none()},
    "basis_report": {"of": NAMES, "basis": st.integers(0)},
    "payment_returned": {"of": NAMES},
    "freeze": {"cause": st.sampled_from(["legal_order", "other"]),
               "refuses": st.lists(st.sampled_from(["withdrawal", "transfer"]), min_size=1)},
    "release": {"of": NAMES},
    "surrender": {"withholding": st.just(0), "exchange_to": NAMES},
    "death_notice": {"date_of_death": DAYS, "party": NAMES},
    "death_proof": {"withholding": SHARES},
    "reversal": {"of": NAMES},
}  # fmt: skip


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(sorted(EVENT_KINDS)))
    fields = {name: draw(values) for name, values in (COMMON | SPECIAL.get(kind, {})).items()}
    if fields["entered"] is not None:
        fields["on"], fields["entered"] = sorted([fields["on"], fields["entered"]])
    if fields.get("contract_date"):
        fields["contract_date"] = min(fields["contract_date"], fields["on"])
    if "date_of_death" in fields:
        fields["date_of_death"] = min(fields["date_of_death"], fields["on"])
    if fields.get("from") and "amount" in fields:
        fields["amount"] = None
    try:
        return EVENT_KINDS[kind].model_validate({"kind": kind, **fields})
    except ValidationError:
        reject()


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    party = st.builds(Party, id=NAMES, role=st.sampled_from(["owner", "annuitant", "agent"]), born=st.none() | DAYS)
    texts = [draw(NAMES) for _ in range(7)]
    parties = tuple(draw(st.lists(party, max_size=3)))
    return Contract(*texts, draw(ALLOCATIONS), parties, draw(st.dictionaries(NAMES, NAMES, max_size=3)))


@st.composite
def states(draw: st.DrawFn) -> Annuity:
    lists = {
        "units",
        "balance",
        "anchor",
        "fixed_out_count",
        "fixed_out_serial",
        "layer_paid",
        "layer_left",
        "layer_day",
    }
    names = encoding._STATE_NAMES
    return Annuity(*(draw(st.lists(WHOLE, max_size=5) if name in lists else WHOLE) for name in names))


@given(events())
def test_events(event: Event) -> None:
    text = encoding.event_text(event)
    read = encoding.event_from(text)
    assert (read, type(read)) == (event, type(event))
    assert encoding.event_text(read) == text


@given(contracts())
def test_contracts(contract: Contract) -> None:
    text = encoding.contract_text(contract)
    assert encoding.contract_from(text) == contract
    assert encoding.contract_text(encoding.contract_from(text)) == text


@given(states())
def test_states(state: Annuity) -> None:
    assert encoding.state_from(encoding.state_text(state), "C-1") == state


def test_a_layout_is_of_one_set_of_fields() -> None:
    """Where this fails the fields of `Annuity` have changed: raise LAYOUT by one, and put it here with its fingerprint.

    Positions of the layout before are then replayed when they are next read.
    """
    assert (encoding.LAYOUT, encoding.FINGERPRINT) == (3, "3b7e67f4")


@given(st.recursive(NAMES | WHOLE | st.none(), lambda part: st.lists(part, max_size=4), max_leaves=12))
def test_canonical_bytes_are_plain_json(content: Any) -> None:
    """Whoever wants to check a book without this program needs no more than JSON and SHA-256."""
    assert encoding.canonical(content) == json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def test_one_event_has_one_text() -> None:
    one = samples.withdrawal(**{"from": {"b": "10%", "a": "$5"}})
    other = samples.withdrawal(**{"from": {"a": 500, "b": -100_000_000}})
    assert encoding.event_text(one) == encoding.event_text(other)
    assert encoding.event_text(one) == (
        '{"amount":null,"at":"12:00:00","channel":"","checker":"","entered":null,"exchange_to":"","from":{"a":500,"b":-100000000},"id":"",'
        '"key":"","kind":"withdrawal","net":false,"on":"2001-05-02","reason":"","rollover_to":"","who":"",'
        '"withholding":0}'
    )


def test_the_bytes_of_an_entry() -> None:
    entry = samples.entry("C-1")
    assert encoding.entry_bytes(entry, "2001-05-02", "2001-05-02").decode() == (
        '["C-1","e1","purchase_payment","2001-05-02","2001-05-02","2001-05","flex-extra@1+00","inforce 0",'
        '[["contract/growth",1234,1001234],["contract/bond",-1234,-5],["suspense",0,0]]]'
    )


def test_what_cannot_be_stored_is_refused() -> None:
    with pytest.raises(BadInput, match="cannot be stored"):
        encoding.event_text(samples.payment(reason="a\0b"))
    with pytest.raises(BadInput, match="cannot be stored"):
        encoding.contract_text(samples.contract(form="half \ud800"))
    assert encoding.event_text(samples.payment(reason=r"a\u0000b"))


UNREADABLE = [
    ({"kind": "annuitization"}, "event e1 (annuitization) of contract C-1", "this version has no such kind."),
    ({"amount": "many"}, "event e1 (purchase_payment) of contract C-1", "amount: 'many' is not an amount of money"),
    ({"fee": 1}, "event e1 (purchase_payment) of contract C-1", "fee: is not a known key here."),
    ({"who": "a", "checker": "a"}, "event e1 (purchase_payment) of contract C-1", "checked by 'a', who entered it"),
    ({"id": "", "kind": ""}, "an event of contract C-1", "this version has no such kind."),
]


@pytest.mark.parametrize(("changes", "named", "problem"), UNREADABLE)
def test_an_event_that_cannot_be_read_is_named_with_what_is_wrong(
    changes: dict[str, object], named: str, problem: str
) -> None:
    """In one line, with what to do, and in no words of the library that reads it."""
    text = json.dumps(json.loads(encoding.event_text(samples.payment(id="e1"))) | changes)
    with pytest.raises(BadBook) as bad:
        encoding.event_from(text, "C-1")
    assert str(bad.value).startswith(f"{named} cannot be read: {problem}")
    assert "install the newest version" in str(bad.value)
    assert "\n" not in str(bad.value) and "function-after" not in str(bad.value)


@pytest.mark.parametrize(("read", "text", "said"), [
    (encoding.event_from, "{", "an event cannot be read: it is not JSON."),
    (encoding.event_from, "[]", "an event cannot be read: must be a mapping of keys to values."),
    (encoding.contract_from, '{"id":"C-1"}', "contract C-1 cannot be read: product: is missing."),
    (encoding.contract_from, '{"id":', "a contract cannot be read: it is not JSON."),
    (lambda text: encoding.held_from(text, "C-1"), "{}", "the held correction of contract C-1 cannot be read: id: is"),
])  # fmt: skip
def test_other_things_that_cannot_be_read(read: Callable[[str], object], text: str, said: str) -> None:
    with pytest.raises(BadBook) as bad:
        read(text)
    assert str(bad.value).startswith(said)


def test_what_another_version_wrote_is_refused() -> None:
    for older in ('["Annuity","00000000",[1]]', '[1,"00000000",[1]]', f'[{encoding.LAYOUT},"00000000",[1]]'):
        with pytest.raises(OldPosition, match="contract C-1 is of an older layout"):
            encoding.state_from(older, "C-1")
    for broken in ("", "{", "[]", "7", f'[{encoding.LAYOUT},"{encoding.FINGERPRINT}",[1]]', f"[{encoding.LAYOUT},0,0]"):
        with pytest.raises(OldPosition, match="contract C-1 is of an older layout or broken"):
            encoding.state_from(broken, "C-1")
    newer = f'[{encoding.LAYOUT + 1},"{encoding.FINGERPRINT}",[]]'
    with pytest.raises(BadBook, match=f"is of layout {encoding.LAYOUT + 1}; this Inforce knows 1 to {encoding.LAYOUT}"):
        encoding.state_from(newer, "C-1")


def test_clock_times_keep_their_fractions() -> None:
    event = samples.payment(at=time(15, 59, 59, 999_999))
    assert encoding.event_from(encoding.event_text(event)) == event


def test_positions_before_issue() -> None:
    columns = encoding.position_columns(Stored("C-1", Snapshot(samples.MAY_2, None, None), None))
    assert columns == ("2001-05-02", None, None, "{}", 0, 0, "[]", None, None, None, "[]", None)
