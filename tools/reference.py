"""Write the reference pages from the models, and the outputs that the documentation prints.

    python tools/reference.py           write them
    python tools/reference.py --check   write nothing; exit 1 where a page is not what it would write

A reference page is its text in `docs/reference/_parts/`, in which `{{…}}` stands for what the models and the command
line say. In every page of `docs/` the word after a code block's language says what to do with it:

    ```yaml file=NAME             write the block to NAME, in a folder of the page's own
    ```yaml append=NAME           add it to NAME
    ```console tested             run its commands there and put down what they print
    ```python source=MODULE:NAME  put down that function's text
"""

import ast
import inspect
import os
import re
import shlex
import sys
import tempfile
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import Enum
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typer
from pydantic import BaseModel, BeforeValidator
from pydantic_core import PydanticUndefined

import inforce
from inforce import cli
from inforce.cases import schema as case_schema
from inforce.contracts import EVENT_KINDS, Event, good_order
from inforce.contracts import contract as contract_schema
from inforce.contracts import events as event_schema
from inforce.mechanics.money import PPB
from inforce.mechanics.records import Reason
from inforce.terms import STATES, schema, values

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PARTS = DOCS / "reference" / "_parts"
FENCE = re.compile(r"^```(?P<language>\w+)(?P<rest>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"\{\{(\w+)(?: ([^}]*))?\}\}")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)

WORDS: dict[Any, str] = {
    values.rate: "percentage",
    values.cents: "dollars, also below zero",
    values.amount: "dollars",
    values.whole: "whole number",
    values.day: "date",
    values.calendar_day: "date",
    values.month_day: "day of the year, `MM-DD`",
    values.yes_no: "`yes` or `no`",
    values.decimal: "decimal number",
    event_schema._clock: "time",
    event_schema._positive: "dollars, above zero",
    event_schema._part: "dollars, percentage or `all`",
    case_schema._version: "`1`",
    case_schema._nav_day: "decimal number, or",
    str: "text",
    date: "date",
}
"""What a field may be, by its reader."""

REFUSALS = {
    "maker_is_checker": "who entered what a correction comes from cannot approve it",
    "not_rejectable": "the event is of a kind that cannot be rejected",
    "not_what_is_held": "the approval is of another correction than the one that is held now",
    "nothing_held": "the approval is of a correction, and none is held",
    "rejected": "somebody rejected the event; the reason follows",
    "account_closed": "the account takes no new money any more",
    "account_not_available_yet": "the account does not take money yet",
    "account_not_for_this_contract": "the account is closed to contracts issued from a day on, and this is one",
    "allocation_missing": "neither the payment nor the contract says where the money goes",
    "allocation_not_100": "the percentages do not add up to 100%, or one is below zero",
    "application_incomplete": "the application is not complete, or was not within the days of `applications`",
    "before_opening": "the day lies before the opening, before which nothing is known",
    "beneficiaries_wrong": "beneficiaries twice, contingent ones without a primary one, or shares that are not 100%",
    "delivered_before_issue": "the day of delivery is before the contract date, or the contract is not issued",
    "frozen": "a `freeze` refuses requests of this kind until its `release`",
    "issued_already": "a second `issue` event",
    "no_application": "there is no `application` by that day that the event could be of",
    "not_exchangeable": "a qualified contract has no 1035 exchange",
    "not_issued": "the contract is not issued by that day, or its issue was refused",
    "not_reversible": "an `issue` or a `reversal` cannot be taken back",
    "not_rollable": "a non-qualified contract has no direct rollover",
    "not_sold_any_more": "the form is not sold any more on the contract date, or on the day of the application",
    "not_sold_yet": "the form is not sold yet on that day",
    "contingent_beneficiary": "a contingent beneficiary proves by name; primary ones come first",
    "not_sole_beneficiary": "a spouse continues only as the sole primary beneficiary",
    "proved_already": "that beneficiary has been paid",
    "payments_closed": "the form is not sold any more, and its contracts take no more payments",
    "unknown_account": "the contract has no account of that id",
    "unknown_beneficiary": "the one who proves is no beneficiary of the contract",
    "unknown_event": "the event names another that is not there, or not yet",
    "unknown_form": "the product has no form of that name",
    "unknown_state": "the issue state is no postal code",
    "wrong_kind": "a `payment_returned` or `basis_report` names no payment, a `release` no freeze",
}
"""Refusals that the code names where it raises them, in words."""

NO_CHARGE = {
    Reason.CHARGE_PERIOD_OVER: "the rate is 0% in this year",
    Reason.WITHIN_FREE_AMOUNT: "all of it is free",
    Reason.PAYMENTS_ALREADY_WITHDRAWN: "there is no payment left to charge",
    Reason.NO_CHARGE_ON_DEATH: "a death benefit bears no surrender charge",
    Reason.FREE_LOOK_RETURNS_IT: "a contract returned under the free look bears none",
}
"""Reasons in a quote for which there is no surrender charge, in words."""


# --- fields ---------------------------------------------------------------------------------------------------------


def meaning(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    """What may stand in a field."""
    extras = list(metadata)
    read = next((m.func for m in extras if isinstance(m, BeforeValidator)), None)
    if read is not None:
        return _read_by(read) + _bounds(read, extras) + _inner(annotation, read)
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return meaning(parts[0], [*_flat(parts[1:]), *extras])
    if origin in (typing.Union, types.UnionType):
        known = [meaning(p, extras) for p in parts if p is not type(None)]
        return known[0] if len(known) == 1 else "an [event](events.md)"
    if origin is typing.Literal:
        return _choice(parts)
    if origin is list:
        return f"list of {meaning(parts[0])}"
    if origin is dict:
        return f"{_key(parts[0])}: {meaning(parts[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _choice([member.value for member in annotation])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"{{{{link {annotation.__name__}}}}}"
    return WORDS[annotation]


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    for each in metadata:
        yield from getattr(each, "metadata", [each])


def _read_by(read: Callable[..., Any]) -> str:
    if read in WORDS:
        return WORDS[read]
    inner = inspect.getclosurevars(read).nonlocals.get("parse")
    return f"{WORDS[inner]}, or `none`"


def _inner(annotation: Any, read: Callable[..., Any]) -> str:
    return f" {meaning(annotation)}" if read is case_schema._nav_day else ""


def _bounds(read: Callable[..., Any], extras: list[Any]) -> str:
    low = next((m.ge for m in extras if hasattr(m, "ge")), None)
    high = next((m.le for m in extras if hasattr(m, "le")), None)
    above = next((m.gt for m in extras if hasattr(m, "gt")), None)
    write = (lambda n: f"{Decimal(n) * 100 / PPB:f}%") if read is values.rate else str
    if low is not None and high is not None:
        return f", {write(low)} to {write(high)}"
    if low is not None:
        return ", not below zero" if low == 0 else f", {write(low)} or more"
    return f", above {'zero' if above == 0 else write(above)}" if above is not None else ""


def _choice(options: Iterable[Any]) -> str:
    return ", ".join(f"`{option}`" for option in options)


def _key(annotation: Any) -> str:
    found = meaning(annotation)
    return "by name" if found == "text" else f"by {found}"


def default_of(info: Any) -> str:
    """A field's default as it would be written."""
    if info.is_required():
        return "required"
    value = info.default
    if value is None or value is PydanticUndefined or value == "":
        return "–"
    if isinstance(value, bool):
        return "`yes`" if value else "`no`"
    if isinstance(value, time):
        return f"`{value:%H:%M}`"
    if isinstance(value, list | dict | BaseModel):
        return "empty"
    text = meaning(info.annotation, info.metadata)
    if text.startswith("dollars"):
        return f"`{Decimal(value) / 100:.2f}`"
    return f"`{value}%`" if text.startswith("percentage") else f"`{value}`"


def fields_table(model: type[BaseModel], without: Iterable[str] = (), only: Iterable[str] = ()) -> str:
    """Key, what it may be, default, description."""
    rows = ["| key | may be | default | |", "|---|---|---|---|"]
    for name, info in model.model_fields.items():
        if name in without or (only and name not in only):
            continue
        key = info.alias or name
        about = (info.description or "").replace("|", "\\|")
        rows.append(f"| `{key}` | {meaning(info.annotation, info.metadata)} | {default_of(info)} | {about} |")
    return "\n".join(rows)


def doc_of(thing: Any) -> str:
    """Its docstring as one paragraph."""
    return " ".join((inspect.getdoc(thing) or "").split())


# --- directives -----------------------------------------------------------------------------------------------------


@dataclass
class Reference:
    """The reference pages, and where on them each model stands."""

    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Page and heading by model."""

    def pages(self) -> dict[Path, str]:
        """Text of each page."""
        texts = {part.name: self.expanded(part) for part in sorted(PARTS.glob("*.md"))}
        return {PARTS.parent / name: self.linked(name, text) for name, text in texts.items()}

    def expanded(self, part: Path) -> str:
        """A part with every directive but links carried out."""
        text, before = part.read_text(encoding="utf-8"), ""
        while found := next((m for m in DIRECTIVE.finditer(text) if m[1] != "link"), None):
            before = text[: found.start()]
            heading = (HEADING.findall(before) or [""])[-1]
            text = before + self.carried_out(found[1], found[2] or "", part.name, heading) + text[found.end() :]
        return text

    def linked(self, page: str, text: str) -> str:
        """The same with its links to models."""
        return re.sub(r"\{\{link (\w+)\}\}", lambda m: self._link(page, m[1]), text)

    def _link(self, page: str, model: str) -> str:
        where, heading = self.places[model]
        return f"[{heading}]({'' if where == page else where}#{anchor(heading)})"

    def carried_out(self, name: str, argument: str, page: str, heading: str) -> str:
        """What a directive stands for."""
        if name == "fields":
            model, *only = argument.split()
            self.places[model] = page, heading
            return fields_table(model_named(model), without=("kind",) if model == "Event" else (), only=only)
        if name == "sections":
            return self.sections(page)
        if name == "events":
            return "\n\n".join(self._event(kind, model) for kind, model in EVENT_KINDS.items())
        return {
            "refusals": refusals,
            "no_charge": no_charge,
            "states": lambda: " ".join(sorted(STATES)),
            "operations": lambda: ", ".join(f"`{name}`" for name in schema.OPERATIONS),
            "command": lambda: command(argument),
            "other_commands": lambda: other_commands(page),
        }[name]()

    def _event(self, kind: str, model: type[Event]) -> str:
        own = fields_table(model, without=Event.model_fields)
        return f"### {kind}\n\n{doc_of(model)}" + ("" if own.count("\n") < 2 else f"\n\n{own}")

    def sections(self, page: str) -> str:
        """Every section of the terms and what stands below it."""
        return "\n\n".join(
            text for name, model in schema.section_fields().items() for text in self._section(name, model, page, "###")
        )

    def _section(self, path: str, annotation: Any, page: str, level: str) -> Iterator[str]:
        model, by_id = annotation, typing.get_origin(annotation) is dict
        if by_id:
            model = typing.get_args(annotation)[1]
        heading = f"{path}.ID" if by_id else path
        self.places[model.__name__] = page, heading
        optional = " A product may leave the section out." if path in schema.OPTIONAL_SECTIONS else ""
        yield f"{level} {heading}\n\n{doc_of(model)}{optional}\n\n{fields_table(model)}"
        for name, info in model.model_fields.items():
            if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
                yield from self._section(f"{heading}.{name}", info.annotation, page, "####")


def model_named(name: str) -> type[BaseModel]:
    """A model of the terms, contracts, events or cases."""
    modules = (schema, contract_schema, event_schema, case_schema)
    return next(getattr(module, name) for module in modules if hasattr(module, name))


def anchor(heading: str) -> str:
    """GitHub's anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def refusals() -> str:
    """Every named reason for which something is refused."""
    raised = refusals_raised()
    if raised != REFUSALS.keys():
        raise SystemExit(f"tools/reference.py: put into words, or remove: {', '.join(raised ^ REFUSALS.keys())}")
    rows = {name: (words, "") for name, words in REFUSALS.items()}
    for reason, words in good_order.WORDS.items():
        term = good_order.TERM_OF_REASON.get(reason, "")
        rows[reason.name.lower()] = words, f"`{term}`" if term else ""
    lines = [f"| `{name}` | {words} | {term} |" for name, (words, term) in sorted(rows.items())]
    return "\n".join(["| reason | when | term |", "|---|---|---|", *lines])


def refusals_raised() -> set[str]:
    """Reasons that the code names in `Refused("…", …)`; those of documents stand in their own pages."""
    found = set()
    for file in Path(inforce.__file__).parent.rglob("*.py"):
        if file.parent.name == "documents":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args:
                first = node.args[0]
                found |= {str(first.value)} if isinstance(first, ast.Constant) else set()
    return found


def no_charge() -> str:
    """Why a quote has no surrender charge."""
    lines = [f"| `{reason.name.lower()}` | {words} |" for reason, words in NO_CHARGE.items()]
    return "\n".join(["| `charge_reason` | |", "|---|---|", *lines])


# --- commands -------------------------------------------------------------------------------------------------------


def commands() -> dict[str, Any]:
    """Every command of the command line by its name, `product show`."""

    def below(group: Any, name: str) -> Iterator[tuple[str, Any]]:
        for key, each in group.commands.items():
            full = f"{name} {key}".strip()
            yield from below(each, full) if hasattr(each, "commands") else [(full, each)]

    return dict(below(typer.main.get_command(cli.app), ""))


def command(name: str) -> str:
    """What it does, its arguments and options."""
    found = commands()[name]
    given = [p for p in found.params if p.name != "help"]
    words = [_argument(p) for p in given if p.param_type_name == "argument"]
    rows = [f"| `{_argument(p)}` | {p.help or ''} |" for p in given if p.param_type_name == "argument"]
    rows += [f"| `{_option(p)}` | {_about(p)} |" for p in given if p.param_type_name == "option"]
    options = " [OPTIONS]" if len(rows) > len(words) else ""
    line = f"`{' '.join(['inforce', name, *words])}{options}`: {doc_of(found.callback)}"
    return "\n".join([line, "", "| | |", "|---|---|", *rows])


def _argument(param: Any) -> str:
    return str(param.metavar or param.name.upper()).strip("{}")


def _option(param: Any) -> str:
    if param.is_flag:
        return str(param.opts[0])
    return f"{param.opts[0]} {param.metavar or param.name.upper().strip('_')}"


def _about(param: Any) -> str:
    default = param.default
    shown = "" if param.required or param.is_flag or default in (None, ()) else f" Default: `{default}`."
    return f"{param.help or ''}{' Required.' if param.required else ''}{shown}"


def other_commands(page: str) -> str:
    """Commands that the page does not show by itself."""
    shown = set(re.findall(r"\{\{command ([^}]*)\}\}", (PARTS / page).read_text(encoding="utf-8")))
    rest = [name for name in commands() if name not in shown]
    return "\n\n".join(f"## {name}\n\n{command(name)}" for name in rest)


# --- code blocks ----------------------------------------------------------------------------------------------------


def with_outputs(text: str) -> str:
    """A page with the output of its commands and the text of the functions it shows."""
    if " tested" not in text and "source=" not in text:
        return text
    with tempfile.TemporaryDirectory() as folder:
        page = _Page(Path(folder).resolve())
        return FENCE.sub(page.block, text)


@dataclass
class _Page:
    folder: Path
    code: int = 0
    """Exit code of the last command."""

    def block(self, found: re.Match[str]) -> str:
        rest, body = found["rest"].strip(), found["body"]
        write_block(self.folder, rest, body)
        if rest == "tested":
            body = self.session(body)
        if rest.startswith("source="):
            module, name = rest.removeprefix("source=").split(":")
            body = inspect.getsource(getattr(import_module(module), name))
        return f"```{found['language']}{found['rest']}\n{body}```"

    def session(self, body: str) -> str:
        """Its commands, each with what it prints; lines that the page leaves out (`…`) stay out."""
        lines: list[str] = []
        for block in re.split(r"^(?=\$ )", body, flags=re.MULTILINE):
            if block:
                command, *before = block.rstrip("\n").split("\n")
                lines += [command, *elided(self.run(command.removeprefix("$ ")), before)]
        return "\n".join(lines) + "\n"

    def run(self, line: str) -> list[str]:
        """Lines that a command prints."""
        if line == "echo $?":
            return [str(self.code)]
        program, *arguments = shlex.split(line)
        if program != "inforce":
            raise SystemExit(f"tools/reference.py: only inforce and echo $? can be run, not {line!r}")
        printed = StringIO()
        plain = {"COLUMNS": "140", "FORCE_COLOR": "", "NO_COLOR": "1"}
        with (
            chdir(self.folder), redirect_stdout(printed), redirect_stderr(printed),
            patch.dict(os.environ, plain), patch.object(sys, "argv", ["inforce", *arguments]),
        ):  # fmt: skip
            try:
                cli.main()
                self.code = 0
            except SystemExit as ended:
                self.code = int(ended.code or 0)
        text = printed.getvalue().replace(f"{self.folder}/", "…/")
        return [line.rstrip() for line in text.rstrip("\n").split("\n")] if text else []


def write_block(folder: Path, rest: str, body: str) -> None:
    """Write a block to the file that its first line names, if it names one."""
    action, _, name = rest.split(" ")[0].partition("=")
    if action in ("file", "append") and name:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        old = file.read_text(encoding="utf-8") if action == "append" else ""
        file.write_text(old + body, encoding="utf-8")


def elided(lines: list[str], before: list[str]) -> list[str]:
    """The lines without those that stood out before: as many as then above and below the line `…`."""
    if "…" not in before:
        return lines
    above, below = before.index("…"), len(before) - before.index("…") - 1
    return lines if above + below >= len(lines) else [*lines[:above], "…", *lines[len(lines) - below :]]


# --- all of it ------------------------------------------------------------------------------------------------------


def sources() -> dict[Path, str]:
    """What each page of the documentation is made of."""
    pages = Reference().pages()
    others = (file for file in sorted(DOCS.rglob("*.md")) if PARTS not in file.parents and file not in pages)
    return pages | {file: file.read_text(encoding="utf-8") for file in others}


def same(one: str, other: str) -> bool:
    """Is it the same page? The fingerprint of terms changes with every word of them, and does not count."""
    return _without_fingerprints(one) == _without_fingerprints(other)


def _without_fingerprints(text: str) -> str:
    return re.sub(r"(?<=@)(\d+)\+[0-9a-f]{8}", r"\1", text)


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check name those that differ."""
    differ = 0
    for file, source in sources().items():
        page = with_outputs(source)
        if not file.exists() or not same(file.read_text(encoding="utf-8"), page):
            differ = 1
            print(f"{'is not up to date' if '--check' in arguments else 'written'}: {file.relative_to(ROOT)}")
            if "--check" not in arguments:
                file.write_text(page, encoding="utf-8")
    return differ if "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
