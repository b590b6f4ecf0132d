"""The party store: who the people and firms behind a book's opaque ids are, and in which role, from when.

Names, birth dates, tax numbers and addresses are sealed, each party's with a data key of its own. Erasing a party
destroys that key; what the journal says of the id, and its roles, remain.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, get_args

from pydantic import ConfigDict, model_validator
from sqlalchemy import Connection, Row, bindparam, func, select

from inforce.contracts.contract import Role
from inforce.errors import BadBook, BadInput, Erased, MissingKey, NotFound, WrongKey
from inforce.mechanics.money import PPB
from inforce.terms.values import Day, Strict

from .bulk import chunks
from .database import WAIT, Database
from .party_tables import designations, holders, identities, key_id, open_parties, parties, parties_of, party_meta
from .sealing import (
    FILE_VARIABLE,
    KEY_VARIABLE,
    Damaged,
    MasterKey,
    find_master_key,
    new_data_key,
    seal,
    unseal,
)

ROLES: Final[tuple[Role, ...]] = get_args(Role)
ShareClass = Literal["primary", "contingent"]
CLASSES: Final[tuple[ShareClass, ...]] = get_args(ShareClass)


class _Private(Strict):
    """What must show neither in a log nor in an error message."""

    model_config = ConfigDict(hide_input_in_errors=True)

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return []


class Address(_Private):
    """Where somebody lives, or wants mail."""

    purpose: str = "residence"
    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"


class Identity(_Private):
    """Who somebody is: a person or a firm."""

    name: str = ""
    """Blank where only something else is known."""
    born: Day | None = None
    tax_number: str = ""
    addresses: tuple[Address, ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.name or self.born or self.tax_number):
            raise ValueError("an identity has a name, a date of birth or a tax number")
        return self


@dataclass(frozen=True, slots=True)
class Holder:
    """A party in a role. Beneficiaries have a share of their class, in parts per billion."""

    party: str
    share: int | None = None
    share_class: ShareClass | None = None


@dataclass(frozen=True, slots=True)
class Designation:
    """Who holds a role on a contract from a day on, until a later designation of the role: all of its holders.

    No holders: nobody has the role any more. The journal's way of being wrong holds here too: what was designated is
    never changed, and a correction is a later designation that is effective on the same day.
    """

    contract: str
    role: Role
    holders: tuple[Holder, ...]
    effective: date
    known: date
    who: str
    reason: str = ""
    number: int = 0
    """Our order of entry; 0 before it is entered."""
    written: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A party in a role of a contract on some day."""

    role: Role
    party: str
    share: int | None
    share_class: ShareClass | None
    since: date
    """The day its designation is effective from."""
    designation: int


@dataclass(frozen=True, slots=True)
class Version:
    """An identity as it was known from a day on."""

    identity: Identity
    known: date
    written: datetime
    who: str
    reason: str


def open_party_store(
    where: str | Path, key: MasterKey | None = None, *, create: bool = True, wait: float = WAIT
) -> "PartyStore":
    """Open the party store at a path (SQLite) or address (`postgresql://…`); where there is none, it is made.

    Without a key only roles can be read and written.

    Raises:
        BadBook: no party store, or one of another version.
        WrongKey: the store is under another master key.
    """
    store = PartyStore(open_parties(where, create=create, wait=wait), key)
    try:
        with store.database.reading() as connection:
            store.check_key(connection)
    except BaseException:
        store.close()
        raise
    return store


class PartyStore:
    """Parties, sealed, and their roles. For one thread at a time; processes may share the database."""

    def __init__(self, database: Database, key: MasterKey | None) -> None:
        self.database, self._key = database, key

    def close(self) -> None:
        """Close the connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    # who they are

    def add(self, identity: Identity, known: date, who: str, reason: str = "") -> str:
        """A new party; returns its opaque id."""
        return self.add_many([identity], known, who, reason)[0]

    def add_many(self, new: Iterable[Identity], known: date, who: str, reason: str = "") -> list[str]:
        """New parties, all or none; their opaque ids in the same order. Raises MissingKey, WrongKey."""
        given = [(_new_id(), identity) for identity in new]
        with self.database.writing() as connection:
            self._add(connection, given, known, who, reason)
        return [party for party, _ in given]

    def add_as(self, party: str, identity: Identity, known: date, who: str, reason: str = "") -> None:
        """A new party under an id that another system gave it. BadInput where the id is taken or blank."""
        if not party.strip():
            raise BadInput("a party needs an id")
        with self.database.writing() as connection:
            if _held(connection, [party]):
                raise BadInput(f"party {party} is in the store already")
            self._add(connection, [(party, identity)], known, who, reason)

    def keep_births(self, births: Mapping[str, date], known: date, who: str, reason: str = "") -> None:
        """Note dates of birth by party, all or none; parties that are not in the store are added.

        BadInput where one has another date of birth, Erased where one was erased.
        """
        with self.database.writing() as connection:
            held = _held(connection, births)
            new = [(party, Identity(born=born)) for party, born in births.items() if party not in held]
            self._add(connection, new, known, who, reason)
            for party in sorted(held):
                self._note_birth(connection, party, births[party], known, who, reason)

    def _note_birth(self, connection: Connection, party: str, born: date, known: date, who: str, reason: str) -> None:
        data_key = self._data_key(connection, party)
        last = _versions(connection, party)[-1]
        identity = _opened(data_key, last)
        if identity.born not in (None, born):
            raise BadInput(f"party {party} has another date of birth in the party store; correct one of the two")
        if identity.born is None:
            row = _sealed_row(party, last.version + 1, identity.model_copy(update={"born": born}), data_key,
                              max(known, last.known), datetime.now(UTC), who, reason)  # fmt: skip
            connection.execute(identities.insert(), row)

    def _add(
        self, connection: Connection, new: Sequence[tuple[str, Identity]], known: date, who: str, reason: str
    ) -> None:
        key, now = self._needed_key(), datetime.now(UTC)
        self.check_key(connection)
        rows, sealed = [], []
        for party, identity in new:
            data_key = new_data_key()
            rows.append({"id": party, "data_key": key.wrap(data_key, party), "added": now, "who": who})
            sealed.append(_sealed_row(party, 1, identity, data_key, known, now, who, reason))
        if rows:
            connection.execute(party_meta.update().values(master_key=key.id))
            connection.execute(parties.insert(), rows)
            connection.execute(identities.insert(), sealed)

    def change(self, party: str, identity: Identity, known: date, who: str, reason: str = "") -> None:
        """The party's identity from now on. The one before is kept.

        Raises:
            NotFound, Erased: there is no such party, or it was erased.
            BadInput: a later version is known from a later day.
        """
        with self.database.writing() as connection:
            data_key = self._data_key(connection, party)
            last = _versions(connection, party)[-1]
            if known < last.known:
                raise BadInput(f"party {party}: what is known since {last.known} cannot be changed as of {known}; "
                               "give the day on which it became known")  # fmt: skip
            row = _sealed_row(party, last.version + 1, identity, data_key, known, datetime.now(UTC), who, reason)
            connection.execute(identities.insert(), row)

    def identity(self, party: str, known_by: date | None = None) -> Identity:
        """Who the party is, as known on a day (default: the latest).

        Raises:
            NotFound, Erased: there is no such party, nothing was known of it by then, or it was erased.
            MissingKey, WrongKey: it cannot be read without the master key.
        """
        found = [v for v in self.versions(party) if known_by is None or v.known <= known_by]
        if not found:
            raise NotFound(f"nothing was known of party {party!r} by {known_by}")
        return found[-1].identity

    def versions(self, party: str) -> list[Version]:
        """Everything that was known of the party, in order. Raises as `identity`."""
        with self.database.reading() as connection:
            data_key = self._data_key(connection, party)
            rows = _versions(connection, party)
        return [Version(_opened(data_key, row), row.known, row.written, row.who, row.reason) for row in rows]

    def parties(self) -> list[str]:
        """The ids of all parties, erased ones too, in no order that says anything."""
        with self.database.reading() as connection:
            return sorted(connection.execute(select(parties.c.id)).scalars())

    def erase(self, party: str, who: str, reason: str) -> None:
        """Destroy the party's data key and sealed texts. Its id and roles remain. It cannot be undone.

        Raises NotFound, Erased.
        """
        with self.database.writing() as connection:
            _party(connection, party)
            gone = {"data_key": None, "erased": datetime.now(UTC), "erased_by": who, "erased_why": reason}
            connection.execute(parties.update().where(parties.c.id == party).values(gone))
            connection.execute(identities.update().where(identities.c.party == party).values(sealed=None))

    def rotate(self, new: MasterKey) -> int:
        """Wrap every data key with a new master key, all or none; returns how many. The old one opens nothing more."""
        old = self._needed_key()
        with self.database.writing() as connection:
            self.check_key(connection)
            query = select(parties.c.id, parties.c.data_key).where(parties.c.data_key.is_not(None))
            rewrapped = [
                {"party": row.id, "wrapped": new.wrap(_unwrapped(old, row.id, row.data_key), row.id)}
                for row in connection.execute(query)
            ]
            if rewrapped:
                same = parties.c.id == bindparam("party")
                connection.execute(parties.update().where(same).values(data_key=bindparam("wrapped")), rewrapped)
            connection.execute(party_meta.update().values(master_key=new.id))
        self._key = new
        return len(rewrapped)

    # in which role

    def designate(self, new: Iterable[Designation]) -> list[Designation]:
        """Enter designations in order, all or none; as entered.

        Raises:
            BadInput: shares do not add up to 100 %, or it was known before what is entered already.
            NotFound: a party is not in this store.
        """
        asked = list(new)
        for designation in asked:
            _check(designation)
        with self.database.writing() as connection:
            _check_parties(connection, asked)
            _check_order(connection, asked)
            number = connection.execute(select(func.coalesce(func.max(designations.c.number), 0))).scalar_one()
            now = datetime.now(UTC)
            entered = [replace(each, number=number + n, written=now) for n, each in enumerate(asked, 1)]
            if entered:
                connection.execute(designations.insert(), [_designation_row(each) for each in entered])
            rows = [row for each in entered for row in _holder_rows(each)]
            if rows:
                connection.execute(holders.insert(), rows)
        return entered

    def roles(self, contract: str, on: date, known_by: date | None = None) -> list[Held]:
        """Who held which role on a day, by what was known on another (default: all), in the order of roles."""
        latest: dict[Role, Designation] = {}
        for each in self.designations(contract):
            if each.effective <= on and (known_by is None or each.known <= known_by):
                before = latest.get(each.role)
                if before is None or (before.effective, before.number) < (each.effective, each.number):
                    latest[each.role] = each
        return [
            Held(role, h.party, h.share, h.share_class, latest[role].effective, latest[role].number)
            for role in ROLES if role in latest for h in latest[role].holders
        ]  # fmt: skip

    def designations(self, contract: str) -> list[Designation]:
        """Every designation of a contract, in order of entry."""
        d, h = designations.c, holders.c
        with self.database.reading() as connection:
            rows = connection.execute(select(designations).where(d.contract == contract).order_by(d.number)).all()
            of_contract = select(d.number).where(d.contract == contract)
            query = select(holders).where(h.designation.in_(of_contract)).order_by(h.designation, h.place)
            held: dict[int, list[Holder]] = {}
            for row in connection.execute(query):
                held.setdefault(row.designation, []).append(Holder(row.party, row.share, row.share_class))
        return [
            Designation(contract, row.role, tuple(held.get(row.number, ())), row.effective, row.known, row.who,
                        row.reason, row.number, row.written)
            for row in rows
        ]  # fmt: skip

    # keys

    def check_key(self, connection: Connection) -> None:
        """Raises WrongKey where the store is under another master key than ours."""
        found = key_id(connection)
        if self._key is not None and found not in ("", self._key.id):
            raise WrongKey(f"the party store {self.database.where} is under master key {found}; the one given is "
                           f"{self._key.id}")  # fmt: skip

    def _needed_key(self) -> MasterKey:
        if self._key is None:
            raise MissingKey(f"the party store {self.database.where} needs its master key for this: set {KEY_VARIABLE} "
                             f"to it, or {FILE_VARIABLE} to the file it is in")  # fmt: skip
        return self._key

    def _data_key(self, connection: Connection, party: str) -> bytes:
        key = self._needed_key()
        row = _party(connection, party)
        self.check_key(connection)
        return _unwrapped(key, row.id, row.data_key)


def _held(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the parties that are in the store."""
    found: set[str] = set()
    for part in chunks(sorted(ids)):
        found |= set(connection.execute(select(parties.c.id).where(parties.c.id.in_(part))).scalars())
    return found


def _new_id() -> str:
    """An id that says nothing."""
    return f"p-{secrets.token_hex(10)}"


def _party(connection: Connection, party: str) -> Row[Any]:
    row = connection.execute(select(parties).where(parties.c.id == party)).one_or_none()
    if row is None:
        raise NotFound(f"no party {party!r} in this store")
    if row.data_key is None:
        raise Erased(f"party {party} was erased on {row.erased:%Y-%m-%d} by {row.erased_by}: {row.erased_why}")
    return row


def _versions(connection: Connection, party: str) -> Sequence[Row[Any]]:
    i = identities.c
    return connection.execute(select(identities).where(i.party == party).order_by(i.version)).all()


def _sealed_row(
    party: str, version: int, identity: Identity, data_key: bytes, known: date, now: datetime, who: str, reason: str
) -> dict[str, Any]:
    sealed = seal(data_key, identity.model_dump_json().encode(), f"{party} {version}")
    return {"party": party, "version": version, "known": known, "written": now, "who": who, "reason": reason,
            "sealed": sealed}  # fmt: skip


def _unwrapped(key: MasterKey, party: str, wrapped: bytes) -> bytes:
    try:
        return key.unwrap(wrapped, party)
    except Damaged:
        raise _damaged(party) from None


def _opened(data_key: bytes, row: Row[Any]) -> Identity:
    try:
        return Identity.model_validate_json(unseal(data_key, row.sealed, f"{row.party} {row.version}"))
    except Damaged:
        raise _damaged(row.party) from None


def _damaged(party: str) -> BadBook:
    return BadBook(
        f"party {party}: what is stored was changed or damaged, and cannot be opened; restore it from a backup"
    )


def _check(designation: Designation) -> None:
    """Is the designation complete by itself? Raises BadInput."""
    where = f"contract {designation.contract}, {designation.role.replace('_', ' ')}"
    if designation.role not in ROLES:
        raise BadInput(
            f"contract {designation.contract}: {designation.role!r} is no role; there are {', '.join(ROLES)}"
        )
    if not designation.who:
        raise BadInput(f"{where}: say who enters it")
    named = [(holder.party, holder.share_class) for holder in designation.holders]
    twice = next((party for party, share_class in named if named.count((party, share_class)) > 1), None)
    if twice is not None:
        raise BadInput(f"{where}: party {twice} stands in it twice")
    if designation.role == "beneficiary":
        _check_shares(where, designation.holders)
    elif any(holder.share is not None or holder.share_class is not None for holder in designation.holders):
        raise BadInput(f"{where}: only beneficiaries have shares and classes")


def _check_shares(where: str, asked: Sequence[Holder]) -> None:
    if any(holder.share_class not in CLASSES or holder.share is None or holder.share <= 0 for holder in asked):
        raise BadInput(f"{where}: each beneficiary needs a class, primary or contingent, and a share above zero")
    for share_class in CLASSES:
        total = sum(holder.share or 0 for holder in asked if holder.share_class == share_class)
        if total not in (0, PPB):
            raise BadInput(f"{where}: the {share_class} shares add up to {total / 10_000_000:.7g} %, not 100 %")
    if asked and all(holder.share_class == "contingent" for holder in asked):
        raise BadInput(f"{where}: contingent beneficiaries need a primary one before them")


def _check_parties(connection: Connection, asked: Iterable[Designation]) -> None:
    named = {holder.party for each in asked for holder in each.holders}
    missing = named - _held(connection, named)
    if missing:
        raise NotFound(f"no party {min(missing)!r} in this store")


def _check_order(connection: Connection, asked: Iterable[Designation]) -> None:
    """What was known when cannot change afterwards."""
    d = designations.c
    last: dict[tuple[str, str], date] = {}
    asked = list(asked)
    for part in chunks(sorted({each.contract for each in asked})):
        query = select(d.contract, d.role, func.max(d.known)).where(d.contract.in_(part)).group_by(d.contract, d.role)
        last |= {(contract, role): known for contract, role, known in connection.execute(query)}
    for each in asked:
        before = last.get((each.contract, each.role), each.known)
        if each.known < before:
            raise BadInput(f"contract {each.contract}, {each.role}: a designation is known since {before}; one cannot "
                           f"be entered as known on {each.known}")  # fmt: skip
        last[each.contract, each.role] = each.known


def _designation_row(d: Designation) -> dict[str, Any]:
    return {"number": d.number, "contract": d.contract, "role": d.role, "effective": d.effective, "known": d.known,
            "written": d.written, "who": d.who, "reason": d.reason}  # fmt: skip


def _holder_rows(d: Designation) -> Iterator[dict[str, Any]]:
    for place, holder in enumerate(d.holders):
        yield {"designation": d.number, "place": place, "party": holder.party, "share_class": holder.share_class,
               "share": holder.share}  # fmt: skip


__all__ = [
    "ROLES", "Address", "Designation", "Held", "Holder", "Identity", "MasterKey", "PartyStore", "Version",
    "find_master_key", "open_party_store", "parties_of",
]  # fmt: skip
