"""The party store: what is sealed, who holds which role when, what erasing leaves, and two at work at once."""

import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import text
from tests.stores.conftest import DATABASES
from tests.stores.postgres import Server

from inforce.errors import BadBook, BadInput, BookBusy, Erased, MissingKey, NotFound, WrongKey
from inforce.mechanics.money import PPB
from inforce.stores.parties import (
    ROLES,
    Address,
    Designation,
    Held,
    Holder,
    Identity,
    PartyStore,
    open_party_store,
    parties_of,
)
from inforce.stores.sealing import MasterKey, find_master_key

ADA = Identity(
    name="Ada Quickwater",
    born=date(1951, 3, 9),
    tax_number="987-65-4320",
    addresses=(Address(lines=("17 Larkspur Lane",), city="Northampton", state="MA", postal_code="01060"),),
)
SECRETS = (b"Quickwater", b"987-65-4320", b"Larkspur", b"1951-03-09", b"Northampton")
MAY, JUNE, JULY = date(2020, 5, 4), date(2020, 6, 1), date(2020, 7, 1)


@pytest.fixture(params=DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The place of a new party store."""
    if request.param == "sqlite":
        return str(tmp_path / "book-parties.db")
    return str(request.getfixturevalue("postgres").new_database())


@pytest.fixture
def key() -> MasterKey:
    return MasterKey.generate()


@pytest.fixture
def store(where: str, key: MasterKey) -> Iterator[PartyStore]:
    with open_party_store(where, key) as opened:
        yield opened


def designation(*named: Holder | str, role: str = "owner", effective: date = MAY, known: date = MAY) -> Designation:
    holders = tuple(Holder(each) if isinstance(each, str) else each for each in named)
    return Designation("C1", role, holders, effective, known, "clerk 7")  # type: ignore[arg-type]


def primary(party: str, percent: float) -> Holder:
    return Holder(party, round(percent * PPB / 100), "primary")


def contingent(party: str, percent: float) -> Holder:
    return Holder(party, round(percent * PPB / 100), "contingent")


# identities


def test_identity_comes_back(store: PartyStore, where: str, key: MasterKey) -> None:
    party = store.add(ADA, MAY, "clerk 7")
    assert store.identity(party) == ADA
    with open_party_store(where, key) as again:
        assert again.identity(party) == ADA
        assert again.parties() == [party]


def test_ids_are_opaque_and_all_different(store: PartyStore) -> None:
    ids = store.add_many([ADA] * 50, MAY, "conversion")
    assert len(set(ids)) == 50
    assert all(len(each) == 22 and each.startswith("p-") for each in ids)


def test_changes_are_kept(store: PartyStore) -> None:
    party = store.add(ADA, MAY, "clerk 7")
    married = ADA.model_copy(update={"name": "Ada Stonebridge"})
    store.change(party, married, JULY, "clerk 8", "marriage certificate")
    assert store.identity(party) == store.identity(party, JULY) == married
    assert store.identity(party, JUNE) == ADA
    assert [(v.known, v.who, v.reason) for v in store.versions(party)] == [
        (MAY, "clerk 7", ""),
        (JULY, "clerk 8", "marriage certificate"),
    ]
    with pytest.raises(BadInput, match="known since 2020-07-01 cannot be changed as of 2020-06-01"):
        store.change(party, ADA, JUNE, "clerk 8")
    with pytest.raises(NotFound, match="nothing was known"):
        store.identity(party, MAY - timedelta(days=1))


def test_no_plain_text_in_the_files(tmp_path: Path, key: MasterKey) -> None:
    path = tmp_path / "parties.db"
    with open_party_store(path, key) as store:
        party = store.add(ADA, MAY, "clerk 7")
        store.change(party, ADA.model_copy(update={"tax_number": "987-65-4321"}), MAY, "clerk 7")
    stored = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert party.encode() in stored
    for secret in (*SECRETS, b"987-65-4321", key.text.encode(), key._key):
        assert secret not in stored


@pytest.mark.xdist_group("postgres")
def test_no_plain_text_in_the_rows_of_postgresql(postgres: Server, key: MasterKey) -> None:
    where = postgres.new_database()
    with open_party_store(where, key) as store:
        store.add(ADA, MAY, "clerk 7")
        with store.database.reading() as connection:
            for table in ("party_meta", "parties", "party_identities"):
                rows = repr(connection.execute(text(f"SELECT * FROM {table}")).all()).encode()
                assert not any(secret in rows for secret in SECRETS)


def test_length_says_little(tmp_path: Path, key: MasterKey) -> None:
    with open_party_store(tmp_path / "parties.db", key) as store:
        store.add_many([Identity(name="Ng"), Identity(name="Bartholomew Featherstonehaugh")], MAY, "clerk 7")
        with store.database.reading() as connection:
            lengths = connection.execute(text("SELECT length(sealed) FROM party_identities")).scalars().all()
    assert len(set(lengths)) == 1


def test_nothing_shows_in_prints_and_errors() -> None:
    assert "Ada" not in repr(ADA) and "987" not in f"{ADA}" and "Larkspur" not in str(ADA.addresses[0])
    with pytest.raises(ValidationError) as caught:
        Identity.model_validate({"name": "Ada Quickwater", "tax_number": 987654320})
    assert "987654320" not in str(caught.value)


# keys


def test_wrong_key(store: PartyStore, where: str) -> None:
    store.add(ADA, MAY, "clerk 7")
    with pytest.raises(WrongKey, match=r"is under master key [0-9a-f]{16}; the one given is [0-9a-f]{16}"):
        open_party_store(where, MasterKey.generate())


def test_missing_key_writes_nothing_in_clear(store: PartyStore, where: str) -> None:
    party = store.add(ADA, MAY, "clerk 7")
    store.designate([designation(party)])
    with open_party_store(where) as blind:
        assert [held.party for held in blind.roles("C1", JUNE)] == [party]
        for act in (
            lambda: blind.identity(party),
            lambda: blind.add(ADA, MAY, "x"),
            lambda: blind.change(party, ADA, JULY, "x"),
            lambda: blind.rotate(MasterKey.generate()),
        ):
            with pytest.raises(MissingKey, match="set INFORCE_PARTIES_KEY"):
                act()
        assert blind.parties() == [party]
    assert len(store.versions(party)) == 1


def test_key_from_the_environment(tmp_path: Path, key: MasterKey) -> None:
    file = tmp_path / "master.key"
    key.write(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert find_master_key({}) is None
    for environment in ({"INFORCE_PARTIES_KEY": key.text}, {"INFORCE_PARTIES_KEY_FILE": str(file)}):
        found = find_master_key(environment)
        assert found is not None and found.id == key.id
    with pytest.raises(WrongKey, match="set one of the two"):
        find_master_key({"INFORCE_PARTIES_KEY": key.text, "INFORCE_PARTIES_KEY_FILE": str(file)})
    with pytest.raises(MissingKey, match="cannot be read"):
        find_master_key({"INFORCE_PARTIES_KEY_FILE": str(tmp_path / "none")})
    with pytest.raises(BadInput, match="cannot be written"):
        key.write(file)


@pytest.mark.parametrize("written", ["secret", "", "é" * 44, "A" * 43, "A" * 60])
def test_texts_that_are_no_key(written: str) -> None:
    with pytest.raises(WrongKey, match="is no master key; one has 32 bytes") as caught:
        MasterKey.of(written)
    assert not written or written not in str(caught.value)


def test_key_does_not_show(key: MasterKey) -> None:
    assert key.text not in repr(key)
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_rotation(store: PartyStore, where: str, key: MasterKey) -> None:
    first, second = store.add_many([ADA, Identity(name="Bob")], MAY, "clerk 7")
    store.erase(second, "privacy office", "asked for it")
    old, new = open_party_store(where, key), MasterKey.generate()
    assert store.rotate(new) == 1
    assert store.identity(first) == ADA
    with old:  # another process that still has the old key
        for act in (lambda: old.identity(first), lambda: old.add(ADA, MAY, "x")):
            with pytest.raises(WrongKey, match=new.id):
                act()
    with pytest.raises(WrongKey):
        open_party_store(where, key)
    with open_party_store(where, new) as again:
        assert again.identity(first) == ADA
        again.add(ADA, MAY, "clerk 7")


def test_rotation_leaves_no_old_key_in_the_file(tmp_path: Path, key: MasterKey) -> None:
    path = tmp_path / "parties.db"
    with open_party_store(path, key) as store:
        store.add(ADA, MAY, "clerk 7")
        before = _column(path, "SELECT data_key FROM parties")
        store.rotate(MasterKey.generate())
        assert before not in path.read_bytes()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE party_identities SET sealed = (SELECT max(sealed) FROM party_identities)",
        "UPDATE party_identities SET sealed = zeroblob(300)",
        "UPDATE party_identities SET sealed = x'00'",
        "UPDATE parties SET data_key = zeroblob(60)",
    ],
)
def test_tampering_is_noticed(tmp_path: Path, key: MasterKey, tampering: str) -> None:
    path = tmp_path / "parties.db"
    with open_party_store(path, key) as store:
        party = store.add(ADA, MAY, "clerk 7")
        store.change(party, ADA, JUNE, "clerk 7")
        _run(path, tampering)
        with pytest.raises(BadBook, match="was changed or damaged"):
            store.identity(party)


# erasing


def test_erased_is_unreadable_and_roles_remain(store: PartyStore) -> None:
    party, other = store.add_many([ADA, Identity(name="Bob")], MAY, "clerk 7")
    store.designate([designation(party)])
    store.erase(party, "privacy office", "asked for it")
    for act in (
        lambda: store.identity(party),
        lambda: store.versions(party),
        lambda: store.change(party, ADA, JULY, "x"),
        lambda: store.erase(party, "x", "again"),
    ):
        with pytest.raises(Erased, match=r"was erased on .* by privacy office: asked for it"):
            act()
    assert [held.party for held in store.roles("C1", JUNE)] == [party]
    assert sorted(store.parties()) == sorted([party, other])
    assert store.identity(other).name == "Bob"


def test_erased_is_gone_from_the_file(tmp_path: Path, key: MasterKey) -> None:
    path = tmp_path / "parties.db"
    with open_party_store(path, key) as store:
        party = store.add(ADA, MAY, "clerk 7")
        gone = [_column(path, "SELECT data_key FROM parties"), _column(path, "SELECT sealed FROM party_identities")]
        assert all(each in path.read_bytes() for each in gone)
        store.erase(party, "privacy office", "asked for it")
        stored = b"".join(each.read_bytes() for each in tmp_path.iterdir())
        assert not any(each in stored or each[20:60] in stored for each in gone)


def test_unknown_party(store: PartyStore) -> None:
    for act in (
        lambda: store.identity("p-none"),
        lambda: store.change("p-none", ADA, MAY, "x"),
        lambda: store.erase("p-none", "x", "y"),
        lambda: store.designate([designation("p-none")]),
    ):
        with pytest.raises(NotFound, match="no party 'p-none'"):
            act()


# roles


def test_roles_by_day_and_by_what_was_known(store: PartyStore) -> None:
    a, b, c = store.add_many([ADA] * 3, MAY, "clerk 7")
    store.designate([
        designation(a, effective=MAY, known=MAY),
        designation(b, effective=JULY, known=JUNE),
    ])  # fmt: skip
    store.designate([designation(c, effective=JUNE, known=JULY)])  # heard of late

    def owner(on: date, known_by: date | None = None) -> list[str]:
        return [held.party for held in store.roles("C1", on, known_by)]

    assert owner(MAY - timedelta(days=1)) == []
    assert (owner(MAY), owner(JUNE), owner(JULY)) == ([a], [c], [b])
    assert (owner(JUNE, JUNE), owner(JULY, JUNE), owner(JULY, MAY)) == ([a], [b], [a])
    assert owner(MAY, MAY - timedelta(days=1)) == []


def test_correction_of_the_same_day(store: PartyStore) -> None:
    a, b = store.add_many([ADA] * 2, MAY, "clerk 7")
    store.designate([designation(a)])
    corrected = store.designate([designation(b, known=JUNE)])[0]
    assert store.roles("C1", MAY) == [Held("owner", b, None, None, MAY, corrected.number)]
    assert [held.party for held in store.roles("C1", MAY, MAY)] == [a]
    assert [each.holders for each in store.designations("C1")] == [(Holder(a),), (Holder(b),)]


def test_all_roles_in_order(store: PartyStore) -> None:
    ids = dict(zip(ROLES, store.add_many([ADA] * len(ROLES), MAY, "clerk 7"), strict=True))
    for role in reversed(ROLES):
        holder = primary(ids[role], 100) if role == "beneficiary" else Holder(ids[role])
        store.designate([designation(holder, role=role)])
    assert [(held.role, held.party) for held in store.roles("C1", MAY)] == list(ids.items())
    assert store.roles("C2", MAY) == []


def test_a_role_can_be_given_up(store: PartyStore) -> None:
    a, b = store.add_many([ADA] * 2, MAY, "clerk 7")
    store.designate([designation(a), designation(b, role="joint_owner")])
    store.designate([designation(role="joint_owner", effective=JUNE, known=JUNE)])
    assert [held.role for held in store.roles("C1", MAY)] == ["owner", "joint_owner"]
    assert [held.role for held in store.roles("C1", JUNE)] == ["owner"]


def test_beneficiaries_of_both_classes(store: PartyStore) -> None:
    a, b, c = store.add_many([ADA] * 3, MAY, "clerk 7")
    shares = (primary(a, 66.67), primary(b, 33.33), contingent(c, 100), contingent(a, 0.0))[:3]
    store.designate([designation(*shares, role="beneficiary")])
    held = [(h.party, h.share, h.share_class) for h in store.roles("C1", MAY)]
    assert held == [(h.party, h.share, h.share_class) for h in shares]


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ([primary("a", 60), primary("b", 30)], "the primary shares add up to 90 %, not 100 %"),
        ([primary("a", 100), contingent("b", 33.33)], "the contingent shares add up to 33.33 %, not 100 %"),
        ([contingent("b", 100)], "need a primary one"),
        ([primary("a", 50), primary("a", 50)], "party a stands in it twice"),
        ([primary("a", 110), primary("b", -10)], "a share above zero"),
        ([primary("a", 100), primary("b", 0)], "a share above zero"),
        ([Holder("a", PPB)], "needs a class"),
        ([Holder("a", None, "primary")], "a share above zero"),
        ([Holder("a", PPB, "secondary")], "needs a class"),  # type: ignore[arg-type]
    ],
)
def test_bad_shares(tmp_path: Path, named: list[Holder], says: str) -> None:
    with open_party_store(tmp_path / "parties.db") as store:
        with pytest.raises(BadInput, match=says):
            store.designate([designation(*named, role="beneficiary")])
        assert store.designations("C1") == []


def test_bad_designations_enter_nothing(store: PartyStore) -> None:
    a = store.add(ADA, MAY, "clerk 7")
    good = designation(a, known=JUNE)
    store.designate([good])
    for bad, says in (
        (designation(a, known=MAY), "one cannot be entered as known on 2020-05-04"),
        (designation(primary(a, 100)), "only beneficiaries"),
        (designation(a, role="insured"), "is no role"),
        (Designation("C1", "owner", (Holder(a),), JULY, JULY, ""), "say who"),
        (designation("p-none", known=JULY), "no party"),
    ):
        with pytest.raises((BadInput, NotFound), match=says):
            store.designate([designation(a, role="annuitant", known=JULY), bad])
    assert [each.known for each in store.designations("C1")] == [JUNE]


DAYS = st.integers(0, 5).map(lambda n: MAY + timedelta(days=n))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(ROLES[:2]), st.integers(-1, 2), DAYS, DAYS), max_size=6))
def test_roles_are_the_last_word_of_each_day(tmp_path: Path, steps: list[tuple[str, int, date, date]]) -> None:
    """Whatever is entered in whatever order; and what was believed on a day never changes afterwards."""
    steps.sort(key=lambda step: step[3])
    path = tmp_path / f"{abs(hash(tuple(steps)))}.db"
    path.unlink(missing_ok=True)
    with open_party_store(path, MasterKey.generate()) as store:
        ids = store.add_many([ADA] * 3, MAY, "clerk 7")
        days = [MAY + timedelta(days=n) for n in range(6)]
        believed: dict[tuple[date, date], list[str]] = {}
        for n, (role, who, effective, known) in enumerate(steps):
            store.designate(
                [designation(*([] if who < 0 else [ids[who]]), role=role, effective=effective, known=known)]
            )
            final = steps[n + 1][3] if n + 1 < len(steps) else days[-1]
            for on in days:
                for by in (day for day in days if day < final):
                    now = [held.party for held in store.roles("C1", on, by)]
                    assert believed.setdefault((on, by), now) == now
        for on in days:
            assert [held.party for held in store.roles("C1", on)] == _last_words(steps, ids, on)
    path.unlink()


def _last_words(steps: list[tuple[str, int, date, date]], ids: list[str], on: date) -> list[str]:
    found = []
    for role in ROLES[:2]:
        said = [(effective, n, who) for n, (r, who, effective, _) in enumerate(steps) if r == role and effective <= on]
        if said and max(said)[2] >= 0:
            found.append(ids[max(said)[2]])
    return found


# several at once, and what is no party store

WORK = """
import sys
from datetime import date
from inforce.stores.parties import Designation, Holder, Identity, open_party_store
from inforce.stores.sealing import MasterKey
with open_party_store(sys.argv[1], MasterKey.of(sys.argv[2]), wait=60) as store:
    for n in range(15):
        party = store.add(Identity(name=f"{sys.argv[3]} {n}"), date(2020, 5, 4), sys.argv[3])
        store.designate([Designation("C1", "owner", (Holder(party),), date(2020, 5, 4), date(2020, 5, 4), sys.argv[3])])
"""


def test_processes_at_once_lose_nothing(store: PartyStore, where: str, key: MasterKey) -> None:
    command = [sys.executable, "-c", WORK, where, key.text]
    workers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in ("one", "two", "three")]
    for worker in workers:
        _, failed = worker.communicate(timeout=120)
        assert worker.returncode == 0, failed.decode()
    entered = store.designations("C1")
    assert [each.number for each in entered] == list(range(1, 46))
    names = [store.identity(each.holders[0].party).name for each in entered]
    assert sorted(names) == sorted(f"{name} {n}" for name in ("one", "two", "three") for n in range(15))


def test_processes_that_open_a_new_store_at_once(where: str, key: MasterKey) -> None:
    command = [sys.executable, "-c", WORK, where, key.text]
    workers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in ("one", "two")]
    for worker in workers:
        _, failed = worker.communicate(timeout=120)
        assert worker.returncode == 0, failed.decode()
    with open_party_store(where, key) as store:
        assert len(store.designations("C1")) == 30


def test_a_writer_waits_and_gives_up(tmp_path: Path, key: MasterKey) -> None:
    path = tmp_path / "parties.db"
    with open_party_store(path, key, wait=0.1) as store:
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(BookBusy):
            store.add(ADA, MAY, "clerk 7")
        blocker.close()
        assert store.parties() == []


def test_what_is_no_party_store(tmp_path: Path) -> None:
    note, other = tmp_path / "notes.db", tmp_path / "other.db"
    note.write_text("not a database")
    _run(other, "CREATE TABLE t (x)")
    for path, says in (
        (note, "is no party store"),
        (other, "is no party store"),
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "x.db", "there is no folder"),
    ):
        with pytest.raises(BadBook, match=says):
            open_party_store(path)
    assert note.read_text() == "not a database"
    with pytest.raises(BadBook, match="there is no party store"):
        open_party_store(tmp_path / "absent.db", create=False)
    assert not (tmp_path / "absent.db").exists()


def test_foreign_version(store: PartyStore, where: str) -> None:
    with store.database.writing() as connection:
        connection.execute(text("UPDATE party_meta SET schema = 99"))
    with pytest.raises(BadBook, match="has schema version 99; this Inforce knows 1"):
        open_party_store(where)


@pytest.mark.xdist_group("postgres")
def test_foreign_database(postgres: Server) -> None:
    where = postgres.new_database()
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (x int)")
    with pytest.raises(BadBook, match="there is no party store in this database"):
        open_party_store(where)


def test_where_the_parties_of_a_book_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INFORCE_PARTIES", raising=False)
    assert parties_of("data/book.db") == "data/book-parties.db"
    assert parties_of("postgresql://ada:pw@db/inforce?host=x") == "postgresql://ada:pw@db/inforce-parties?host=x"
    monkeypatch.setenv("INFORCE_PARTIES", "elsewhere.db")
    assert parties_of("data/book.db") == "elsewhere.db"
    assert parties_of("data/book.db", "mine.db") == "mine.db"


def _column(path: Path, query: str) -> bytes:
    connection = sqlite3.connect(path)
    try:
        return bytes(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def _run(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()
