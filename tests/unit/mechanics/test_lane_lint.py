"""The lint that keeps the rules of mechanics ready for SIMD lanes."""

import pytest
from tools.lane_lint import MECHANICS, lint, main

RECORDS = '''
@record
class Annuity:
    funds: int
    status: int
    units: Annotated[list[int], "funds"]
    value: int = 0


@rule
def ratio(a: int, b: int, c: int) -> int:
    """Rounds."""
    return (2 * a * b + c) // (2 * c)


@rule
def greater_of(a: int, b: int) -> int:
    """The greater."""
    return max(a, b)


@rule
def put(c: Annuity, k: int, amount: int) -> None:
    """Writes."""
    c.units[k] += amount


@rule
def deposit(c: Annuity, amount: int) -> None:
    """Writes through another rule."""
    put(c, 0, amount)
'''


def messages(body: str, signature: str = "c: Annuity, p: Terms, amount: int", result: str = "int") -> list[str]:
    """What the lint says about one rule of this body."""
    lines = "\n    ".join(body.strip().splitlines())
    text = f'LIMIT = 5\n\n\n@rule\ndef subject({signature}) -> {result}:\n    """Does something."""\n    {lines}\n'
    imports = "from .records import Annuity, Status, Terms, deposit, greater_of, put, ratio\n"
    return [p.message for p in lint({"records.py": RECORDS, "subject.py": imports + text})]


GOOD = {
    "a guard, then an end": "if amount < LIMIT:\n    return 0\nreturn ratio(amount, 2, 3)",
    "a loop with a guard": (
        "rest = amount\nfor k in range(c.funds):\n    if rest <= 0:\n        break\n    rest -= c.units[k]\nreturn rest"
    ),
    "an index by a term": "return c.units[p.place]",
    "a chosen number": "part = amount if p.share == 1 else 0\nreturn part",
    "a guard that notes why": "if amount > c.value and p.share == 1:\n    return 1 << 3\nreturn -amount",
    "nested branches": "x = 0\nif amount > 0:\n    if p.share == 1:\n        x = 1\n    else:\n        x = 2\nreturn x",
}


@pytest.mark.parametrize("body", GOOD.values(), ids=list(GOOD))
def test_a_plain_rule_passes(body: str) -> None:
    assert messages(body) == []


def test_a_rule_that_writes_passes() -> None:
    body = (
        "c.value = amount\nfor k in range(c.funds):\n    put(c, k, amount)\n"
        "if amount > 0:\n    c.status = 1\n    return\ndeposit(c, 5)"
    )
    assert messages(body, result="None") == []


BAD = {
    "while": ("while amount > 0:\n    amount -= 1\nreturn amount", "no while"),
    "return in a loop": (
        "for k in range(c.funds):\n    if c.units[k] > 0:\n        return k\nreturn 0",
        "no return inside a loop",
    ),
    "return in a nested branch": (
        "if amount > 0:\n    if amount > 5:\n        return 1\nreturn 0",
        "return at the end, or as a guard `if …: return` at the top level",
    ),
    "return in an else": ("if amount > 0:\n    return 1\nelse:\n    return 0", "return at the end, or as a guard"),
    "break that is no guard": (
        "x = 0\nfor k in range(c.funds):\n    break\nreturn x",
        "break and continue only as a guard",
    ),
    "tuple": ("a, b = amount, 1\nreturn a", "no tuple"),
    "two targets": ("a = b = amount\nreturn a", "one target an assignment"),
    "slice": ("x = c.units[0:2]\nreturn 0", "no slice"),
    "list": ("x = [amount]\nreturn 0", "no list"),
    "comprehension": ("return sum(u for u in c.units)", "no comprehension"),
    "chained comparison": ("if 0 < amount < 5:\n    return 1\nreturn 0", "no chained comparison"),
    "starred": ("return ratio(*p.three)", "no starred argument"),
    "keyword": ("return ratio(amount, 1, c=2)", "positional arguments only"),
    "float": ("return amount + 0.5", "whole numbers only, not 0.5"),
    "string": ("x = 'a'\nreturn 0", "whole numbers only, not 'a'"),
    "truth value": ("x = True\nreturn 0", "whole numbers only, not True"),
    "division": ("return amount // 2", "// only in ratio, years_completed, months_left, years_for"),
    "true division": ("return amount / 2", "/ only in"),
    "remainder": ("return amount % 2", "% only in"),
    "product": ("return amount * 2", "* only in"),
    "remainder in place": ("amount %= 2\nreturn amount", "% only in"),
    "builtin": ("return abs(amount)", "abs is not a rule"),
    "max outside money": ("return max(amount, 0)", "max is not a rule; use greater_of and lesser_of"),
    "method": ("return c.units.index(0)", "c.units.index is not a rule"),
    "record twice": ("x = 0\ncompare(c, c)\nreturn x", "the same record is given twice in one call"),
    "list of a record": ("return greater_of(c.units, 1)", "no list of a record as an argument"),
    "second name of a record": ("d = c\nreturn 0", "no second name for a record or a list"),
    "second name of a list": ("units = c.units\nreturn 0", "no second name for a record or a list"),
    "writer in an expression": ("return put(c, 0, amount)", "put changes a record, so its call stands alone"),
    "writer through another": (
        "x = deposit(c, amount)\nreturn x",
        "deposit changes a record, so its call stands alone",
    ),
    "a writer with a result": ("c.value = amount\nreturn amount", "a rule that changes a record gives nothing back"),
    "an idle expression": (
        "ratio(1, 2, 3)\nreturn 0",
        "an expression that stands alone is a call to a rule that changes",
    ),
    "assigned in a branch only": (
        "if amount > 0:\n    x = 1\nreturn x",
        "x is assigned before the branch or loop after which it is read",
    ),
    "assigned in a loop only": (
        "for k in range(c.funds):\n    x = k\nreturn x",
        "x is assigned before the branch or loop",
    ),
    "unknown name": ("return somewhere", "somewhere is no parameter, local, constant or rule"),
    "index by an amount": ("x = c.value\nreturn c.units[x]", "an index is the same in all scenarios"),
    "index by a status": ("return c.units[c.status]", "an index is the same in all scenarios"),
    "bound by an amount": ("x = 0\nfor k in range(c.value):\n    x += k\nreturn x", "a loop's bounds are the same"),
    "index through a rule": ("put(c, c.value, 1)", "put uses k as a bound or index: it is the same in all scenarios"),
    "no range": ("x = 0\nfor u in c.units:\n    x += u\nreturn x", "loops run over range"),
    "else at a loop": ("x = 0\nfor k in range(3):\n    x += k\nelse:\n    x = 9\nreturn x", "no else at a loop"),
    "try": ("try:\n    amount += 1\nfinally:\n    amount += 2\nreturn amount", "no try"),
    "with": ("with c:\n    amount += 1\nreturn amount", "no with"),
    "lambda": ("f = lambda: 1\nreturn 0", "no lambda"),
    "global": ("global LIMIT\nreturn 0", "no global"),
    "raise": ("raise ValueError", "no raise"),
    "membership": ("if amount in c.units:\n    return 1\nreturn 0", "compare numbers: no `is`, no `in`"),
    "record replaced": ("c = 5\nreturn 0", "parameter c is a record and is not replaced"),
    "walrus": ("return (x := amount)", "no assignment inside an expression"),
}


@pytest.mark.parametrize(("body", "message"), BAD.values(), ids=list(BAD))
def test_what_is_not_lane_ready_is_named(body: str, message: str) -> None:
    assert any(message in text for text in messages(body)), messages(body)


def test_a_rule_needs_annotations_and_a_docstring() -> None:
    text = "@rule\ndef subject(a, b: int = 1):\n    return b\n"
    found = [str(problem) for problem in lint({"some.py": text})]
    assert found == [
        "some.py:2: subject: a docstring is needed",
        "some.py:2: subject: only plain positional parameters, no defaults",
        "some.py:2: subject: parameter a needs an annotation",
        "some.py:2: subject: the result needs an annotation",
    ]


def test_functions_that_are_no_rules_are_left_alone() -> None:
    assert lint({"some.py": "def room(c):\n    while True:\n        c.x.append(0.5)\n"}) == []


def test_the_mechanics_are_lane_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out
    assert MECHANICS.is_dir()


def test_the_command_names_file_and_line(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "bad.py").write_text('@rule\ndef f(a: int) -> int:\n    """Halves."""\n    return a // 2\n')
    assert main([str(tmp_path)]) == 1
    assert (
        capsys.readouterr()
        .out.strip()
        .endswith("bad.py:4: f: // only in ratio, years_completed, months_left, years_for: round by money.ratio")
    )
