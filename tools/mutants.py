"""Changes one thing at a time in the rules of `inforce.mechanics`; a test must fail each time.

A mutant is a comparison, sign, constant, rounding, choice or assignment of one rule that is not what it was. It runs
against the decimal oracle over random lives and against the fast tests. What survives is printed with file, line and
change; the run ends with 1 unless every survivor stands in `tools/mutants_equivalent.txt` with the reason why no test
could tell it. (mutmut 3 passes over decorated functions, and every rule is decorated.)

python tools/mutants.py [--sample N] [--seed N] [--only TEXT]
"""

import argparse
import ast
import copy
import inspect
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

EQUIVALENT = ROOT / "tools" / "mutants_equivalent.txt"
FAST_TESTS = ["tests/unit/mechanics", "tests/products"]
SKIPPED = "not lane_lint and not mutants"
LIVES = 100
FIRST_LIVES = 15
"""Lives that the oracle follows before the fast tests run; the others come last, for the few mutants still alive."""
SECONDS = 60
"""A mutant that runs longer counts as found."""

COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult}
NAMES = {"greater_of": "lesser_of", "lesser_of": "greater_of", "max": "min", "min": "max"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule with one change."""

    rule: FunctionType
    line: int
    change: str
    code: CodeType

    @property
    def name(self) -> str:
        return f"{Path(self.rule.__code__.co_filename).stem}.{self.rule.__name__}: {self.change}"

    @property
    def place(self) -> str:
        return f"{Path(self.rule.__code__.co_filename).relative_to(ROOT)}:{self.line}"


# Making them


def mutants_of(rule: FunctionType) -> Iterator[Mutant]:
    """Every mutant of a rule."""
    tree = ast.parse(inspect.getsource(rule)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    offset = rule.__code__.co_firstlineno - 1
    seen: dict[str, int] = {}
    for place, node in enumerate(ast.walk(tree)):
        for change in changes_of(node):
            mutated = copy.deepcopy(tree)
            target = list(ast.walk(mutated))[place]
            text = changed(target, change, mutated)
            seen[text] = seen.get(text, 0) + 1
            text += f" (no. {seen[text]})" if seen[text] > 1 else ""
            yield Mutant(rule, getattr(node, "lineno", 1) + offset, text, compiled(mutated, rule))


Change = Callable[[Any], ast.AST | None]
"""Gives the node to put in a node's place; None deletes it."""


def changes_of(node: ast.AST) -> list[Change]:
    """What can be changed at a node."""
    if isinstance(node, ast.Compare):
        return [lambda n, to=to: replaced(n, ops=[to()]) for to in COMPARED[type(node.ops[0])]]
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        swap: list[Change] = [lambda n: replaced(n, op=OPERATORS[type(n.op)]())]
        return [*swap, delete] if isinstance(node, ast.AugAssign) else swap
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return [lambda n, by=by: replaced(n, value=n.value + by) for by in (1, -1) if node.value + by >= 0]
    if isinstance(node, ast.Name) and node.id in NAMES:
        return [lambda n: replaced(n, id=NAMES[n.id])]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr.isupper():
        return [lambda n: replaced(n, attr=next_member(n))]
    return changes_of_choices(node)


def changes_of_choices(node: ast.AST) -> list[Change]:
    """What can be changed at a branch or a whole statement."""
    if isinstance(node, ast.BoolOp):
        return [lambda n: replaced(n, op=ast.Or() if isinstance(n.op, ast.And) else ast.And())]
    if isinstance(node, ast.IfExp):
        return [lambda n: replaced(n, body=n.orelse, orelse=n.body)]
    if isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name):
        return [delete]
    if isinstance(node, ast.Break | ast.Continue) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return [delete]
    return []


def delete(_node: ast.AST) -> None:
    return None


def replaced(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def next_member(node: ast.AST) -> str:
    """The member after this one in its enumeration."""
    from inforce.mechanics import records

    assert isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    members = [member.name for member in getattr(records, node.value.id)]
    return members[(members.index(node.attr) + 1) % len(members)]


def changed(target: ast.AST, change: Change, tree: ast.FunctionDef) -> str:
    """Make the change in the tree; how it reads."""
    new = change(target)
    before = first_line(statement_around(target, tree))
    Swap(target, new or ast.Pass()).visit(tree)
    ast.fix_missing_locations(tree)
    return f"{before} -> {first_line(statement_around(new, tree)) if new else 'deleted'}"


def first_line(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0]


class Swap(ast.NodeTransformer):
    """Put one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, ast.copy_location(new, old)

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def statement_around(node: ast.AST, tree: ast.FunctionDef) -> ast.AST:
    """The innermost statement that holds a node, without its body."""
    found: ast.AST = tree
    for statement in ast.walk(tree):
        if isinstance(statement, ast.stmt) and not isinstance(statement, ast.FunctionDef):
            own = [n for n in ast.iter_child_nodes(statement) if not isinstance(n, ast.stmt)]
            if statement is node or any(n is node for child in own for n in ast.walk(child)):
                found = statement
    return found


def compiled(tree: ast.FunctionDef, rule: FunctionType) -> CodeType:
    space = dict(rule.__globals__)
    exec(compile(ast.Module([tree], []), rule.__code__.co_filename, "exec"), space)
    code: CodeType = space[rule.__name__].__code__
    return code


# Finding them


def is_found(mutant: Mutant) -> bool:
    """Whether the oracle or a fast test tells the mutant from the rule. Runs in a process of its own."""
    mutant.rule.__code__ = mutant.code
    return oracle_disagrees(0, FIRST_LIVES) or fast_tests_fail() or oracle_disagrees(FIRST_LIVES, LIVES)


def oracle_disagrees(first: int = 0, end: int = LIVES) -> bool:
    from tests.properties.agreement import follow
    from tests.properties.histories import life

    try:
        return any(follow(life(seed, one_at_a_time=True, steps=(10, 60))) for seed in range(first, end))
    except Exception:
        return True


def fast_tests_fail() -> bool:
    import pytest

    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", SKIPPED, "--rootdir", str(ROOT)]
    places = [str(ROOT / place) for place in FAST_TESTS if (ROOT / place).is_dir()]
    return any(pytest.main([place, *options]) != pytest.ExitCode.OK for place in places)


def forked(mutant: Mutant) -> int:
    """The process id of a child that ends with 1 when the mutant is found, 0 when it survives."""
    child = os.fork()
    if child:
        return child
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        found = is_found(mutant)
    except BaseException:
        found = True
    os._exit(int(found))


def survivors(mutants: list[Mutant]) -> list[Mutant]:
    """Those that nothing finds; as many at a time as there are processors."""
    running: dict[int, Mutant] = {}
    surviving, waiting, done = [], list(reversed(mutants)), 0
    while running or waiting:
        while waiting and len(running) < (os.cpu_count() or 1):
            mutant = waiting.pop()
            running[forked(mutant)] = mutant
        child, status = os.wait()
        mutant = running.pop(child)
        done += 1
        if status == 0:
            surviving.append(mutant)
        if sys.stderr.isatty():
            print(f"\r{done} of {len(mutants)}, {len(surviving)} survive", end="", file=sys.stderr, flush=True)
    return sorted(surviving, key=lambda m: (m.place, m.change))


def reviewed() -> dict[str, str]:
    """Survivors that no test can tell from the rule, with the reason."""
    found = {}
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines() if EQUIVALENT.exists() else []:
        if line.strip() and not line.startswith("#"):
            name, _, reason = line.partition(" | ")
            found[name.strip()] = reason.strip()
    return found


def all_mutants() -> list[Mutant]:
    from tests.properties import histories  # noqa: F401  fills RULES with all that a step uses

    from inforce.mechanics.rule import RULES

    rules = [inspect.unwrap(rule) for rule in RULES]
    return [mutant for rule in rules if isinstance(rule, FunctionType) for mutant in mutants_of(rule)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Change one thing at a time in the rules; a test must fail.")
    parser.add_argument("--sample", type=int, help="so many mutants only")
    parser.add_argument("--seed", type=int, default=0, help="which sample")
    parser.add_argument("--only", default="", help="mutants whose name holds this text")
    parser.add_argument("--tests", nargs="+", default=FAST_TESTS, help="the fast tests")
    given = parser.parse_args(arguments)
    FAST_TESTS[:] = given.tests
    mutants = [m for m in all_mutants() if given.only in m.name]
    if given.sample is not None:
        mutants = random.Random(given.seed).sample(mutants, min(given.sample, len(mutants)))
    if oracle_disagrees() or pytest_fails_unchanged():
        print("The tests fail without any change; put that right first.")
        return 1
    started, known = time.perf_counter(), reviewed()
    found = survivors(mutants)
    unknown = [mutant for mutant in found if not known.get(mutant.name)]
    for mutant in unknown:
        print(f"{mutant.place}: {mutant.name}")
    stale = set(known) - {m.name for m in all_mutants()} if given.sample is None and not given.only else set()
    for name in sorted(stale):
        print(f"{EQUIVALENT.relative_to(ROOT)}: there is no such mutant any more: {name}")
    print(
        f"{len(mutants)} mutants, {len(mutants) - len(found)} found, {len(found) - len(unknown)} equivalent, "
        f"{len(unknown)} survive ({time.perf_counter() - started:.0f} s)"
    )
    return int(bool(unknown or stale))


def pytest_fails_unchanged() -> bool:
    """Whether the fast tests fail on the rules as they are."""
    child = os.fork()
    if not child:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os._exit(int(fast_tests_fail()))
    return os.waitpid(child, 0)[1] != 0


if __name__ == "__main__":
    sys.exit(main())
