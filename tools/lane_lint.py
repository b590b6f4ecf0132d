"""Holds the rules of `inforce.mechanics` to the form from which SIMD lanes can be generated.

In lanes many scenarios run one text at once: what a branch does not take is computed all the same, and all scenarios
share loop bounds and indices. So a rule is plain: `if`, `for … in range(…)`, early returns at its top level, calls to
other rules, whole numbers. `python tools/lane_lint.py` prints `file:line: message` and ends with 1 where one is not.

What a lint cannot see stays with the reader: that clocks move before any guard, and that a leaf rule is defined for
every operand.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MECHANICS = Path(__file__).parents[1] / "src" / "inforce" / "mechanics"

DIVIDING = {
    "ratio": (ast.FloorDiv, ast.Mult),
    "years_completed": (ast.FloorDiv,),
    "months_left": (ast.FloorDiv,),
    "years_for": (ast.FloorDiv,),
}
"""The one rounding, and whole years and months of day numbers. Elsewhere nothing is divided, and nothing is
multiplied, since a product of amounts can leave 64 bits."""
CHOOSING = {"greater_of": "max", "lesser_of": "min"}
"""The rules that may use a builtin."""
SHARED_FIELDS = {"funds", "fixed", "layers", "issue_day", "layer_day", "day", "eve", "payment_day", "serial"}
SHARED_FIELDS |= {"segments", "segment_account"}
"""Counts, dates and where a segment belongs: with the terms they are the same in all scenarios, because allocations are
and not amounts decide on a segment. So they may bound a loop or choose an index."""
SHARED_RULES = {"years_completed", "charge_day", "lesser_of", "greater_of"}
"""Rules that give a date or count where the numbers they are given are the same in all scenarios."""

FORBIDDEN = {
    ast.While: "no while",
    ast.Try: "no try",
    ast.With: "no with",
    ast.Lambda: "no lambda",
    ast.Global: "no global",
    ast.Nonlocal: "no nonlocal",
    ast.Raise: "no raise: set a fault code",
    ast.Assert: "no assert",
    ast.Delete: "no del",
    ast.Match: "no match",
    ast.FunctionDef: "no function inside a rule",
    ast.ClassDef: "no class inside a rule",
    ast.Import: "no import inside a rule",
    ast.ImportFrom: "no import inside a rule",
    ast.Tuple: "no tuple",
    ast.List: "no list",
    ast.Dict: "no dict",
    ast.Set: "no set",
    ast.ListComp: "no comprehension",
    ast.SetComp: "no comprehension",
    ast.DictComp: "no comprehension",
    ast.GeneratorExp: "no comprehension",
    ast.Slice: "no slice",
    ast.Starred: "no starred argument",
    ast.JoinedStr: "no string",
    ast.NamedExpr: "no assignment inside an expression",
    ast.AnnAssign: "no annotated assignment",
    ast.Yield: "no yield",
    ast.YieldFrom: "no yield",
    ast.Await: "no await",
}
UNORDERED = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
ARITHMETIC = (ast.Add, ast.Sub, ast.LShift, ast.RShift)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One place that is not lane-ready."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(slots=True)
class Module:
    """What the rules of one file may name."""

    file: str
    rules: list[ast.FunctionDef]
    names: set[str] = field(default_factory=set)


def lint(sources: Mapping[str, str]) -> list[Problem]:
    """Every problem in files given by name and text; rules and records of all of them are known to each."""
    trees = {file: ast.parse(text) for file, text in sources.items()}
    modules = [Module(file, list(rules_of(tree)), top_level_names(tree)) for file, tree in trees.items()]
    rules = {rule.name: rule for module in modules for rule in module.rules}
    lists = {name for tree in trees.values() for name in list_fields(tree)}
    known = Known(rules, writers(rules), lists)
    found = [p for m in modules for rule in m.rules for p in RuleCheck(m, rule, known).problems()]
    return sorted(set(found))


def rules_of(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and "rule" in [
            d.id for d in node.decorator_list if isinstance(d, ast.Name)
        ]:
            yield node


def top_level_names(tree: ast.Module) -> set[str]:
    """Constants, classes, functions and imports of a module."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def list_fields(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and "list[" in ast.unparse(item.annotation):
                    yield ast.unparse(item.target)


def writers(rules: Mapping[str, ast.FunctionDef]) -> set[str]:
    """Rules that change a record: by an assignment, or through a rule that they call."""
    found = {name for name, rule in rules.items() if any(is_write(node) for node in ast.walk(rule))}
    while True:
        more = {name for name, rule in rules.items() if name not in found and called(rule) & found}
        if not more:
            return found
        found |= more


def is_write(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    return any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)


def called(node: ast.AST) -> set[str]:
    return {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of all rules together."""

    rules: Mapping[str, ast.FunctionDef]
    writers: set[str]
    lists: set[str]


def parameters(rule: ast.FunctionDef) -> list[ast.arg]:
    return rule.args.posonlyargs + rule.args.args


def annotated(rule: ast.FunctionDef, *types: str) -> set[str]:
    return {a.arg for a in parameters(rule) if a.annotation is not None and ast.unparse(a.annotation) in types}


def places(rule: ast.FunctionDef) -> Iterator[ast.expr]:
    """Expressions that bound a loop or choose an index."""
    for node in ast.walk(rule):
        if isinstance(node, ast.Subscript):
            yield node.slice
        elif isinstance(node, ast.For) and isinstance(node.iter, ast.Call):
            yield from node.iter.args


def assignments(rule: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Each local with what it is assigned."""
    for node in ast.walk(rule):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, node.value) for target in targets if isinstance(target, ast.Name))


def placing(rule: ast.FunctionDef) -> set[str]:
    """Parameters that bound a loop or choose an index in a rule, straight or through locals."""
    names = {n.id for place in places(rule) for n in ast.walk(place) if isinstance(n, ast.Name)}
    for _ in range(len(list(assignments(rule)))):
        values = [value for name, value in assignments(rule) if name in names]
        names |= {n.id for value in values for n in ast.walk(value) if isinstance(n, ast.Name)}
    return names & annotated(rule, "int")


class RuleCheck:
    """The checks of one rule."""

    def __init__(self, module: Module, rule: ast.FunctionDef, known: Known) -> None:
        self.module, self.rule, self.known = module, rule, known
        self.found: list[Problem] = []
        self.parameters = {a.arg for a in parameters(rule)}
        self.records = self.parameters - annotated(rule, "int")
        self.terms = annotated(rule, "Terms")
        self.stored = {n.id for n in ast.walk(rule) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.shared = (self.parameters - self.records) | self.stored
        for _ in self.stored:  # a local is the same in all scenarios while all that it is assigned is
            self.shared -= {name for name, value in assignments(rule) if not self.is_shared(value)}

    def problems(self) -> list[Problem]:
        self.signature()
        body = self.rule.body[1:] if ast.get_docstring(self.rule) else self.rule.body
        self.block(body, set(self.parameters), top=True, loops=0)
        for statement in body:
            for node in ast.walk(statement):
                self.node(node)
        return self.found

    def say(self, node: ast.AST, message: str) -> None:
        line = getattr(node, "lineno", self.rule.lineno)
        self.found.append(Problem(self.module.file, line, f"{self.rule.name}: {message}"))

    # The signature

    def signature(self) -> None:
        if not ast.get_docstring(self.rule):
            self.say(self.rule, "a docstring is needed")
        if self.rule.returns is None:
            self.say(self.rule, "the result needs an annotation")
        for argument in parameters(self.rule):
            if argument.annotation is None:
                self.say(argument, f"parameter {argument.arg} needs an annotation")
        if self.rule.args.vararg or self.rule.args.kwarg or self.rule.args.kwonlyargs or self.rule.args.defaults:
            self.say(self.rule, "only plain positional parameters, no defaults")
        writes = self.rule.name in self.known.writers
        if writes and self.rule.returns is not None and ast.unparse(self.rule.returns) != "None":
            self.say(self.rule, "a rule that changes a record gives nothing back (-> None)")

    # Statements, in order

    def block(self, body: list[ast.stmt], assigned: set[str], *, top: bool, loops: int, guard: bool = False) -> None:
        """Check statements in order; `assigned` are the names that may be read, and grows."""
        for place, statement in enumerate(body):
            last = place == len(body) - 1
            if isinstance(statement, ast.Return):
                self.returns(statement, assigned, last and (top or guard), loops)
            elif isinstance(statement, ast.Break | ast.Continue):
                if not (last and loops and guard):
                    self.say(statement, "break and continue only as a guard: the end of an `if` right inside the loop")
            elif isinstance(statement, ast.Assign | ast.AugAssign):
                self.assignment(statement, assigned)
            elif isinstance(statement, ast.If):
                self.reads(statement.test, assigned)
                self.block(statement.body, set(assigned), top=False, loops=loops, guard=top and not statement.orelse)
                self.block(statement.orelse, set(assigned), top=False, loops=loops)
            elif isinstance(statement, ast.For):
                self.loop(statement, assigned, loops)
            elif isinstance(statement, ast.Expr):
                self.reads(statement, assigned)
                self.expression(statement)
            elif not isinstance(statement, ast.Pass):
                self.reads(statement, assigned)

    def returns(self, statement: ast.Return, assigned: set[str], allowed: bool, loops: int) -> None:
        if loops:
            self.say(statement, "no return inside a loop")
        elif not allowed:
            self.say(statement, "return at the end, or as a guard `if …: return` at the top level")
        if statement.value is not None:
            self.reads(statement.value, assigned)

    def assignment(self, statement: ast.Assign | ast.AugAssign, assigned: set[str]) -> None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if len(targets) > 1:
            self.say(statement, "one target an assignment")
        self.reads(statement.value, assigned)
        for target in targets:
            if not isinstance(target, ast.Name):
                self.reads(target, assigned)
            elif isinstance(statement, ast.AugAssign) and target.id not in assigned:
                self.say(target, f"{target.id} is assigned before the branch or loop after which it is read")
            elif target.id in self.records:
                self.say(target, f"parameter {target.id} is a record and is not replaced")
            else:
                assigned.add(target.id)
        if self.is_alias(statement.value):
            self.say(statement, "no second name for a record or a list")

    def loop(self, statement: ast.For, assigned: set[str], loops: int) -> None:
        self.reads(statement.iter, assigned)
        call = statement.iter
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"):
            self.say(statement, "loops run over range(…)")
        elif not all(self.is_shared(argument) for argument in call.args):
            self.say(statement, "a loop's bounds are the same in all scenarios: counts, constants, parameters")
        if statement.orelse:
            self.say(statement, "no else at a loop")
        inside = set(assigned)
        if isinstance(statement.target, ast.Name):
            inside.add(statement.target.id)
        self.loop_body(statement.body, inside, loops + 1)

    def loop_body(self, body: list[ast.stmt], assigned: set[str], loops: int) -> None:
        """As a block, but the `if`s right inside a loop may be guards of it."""
        for place, statement in enumerate(body):
            if isinstance(statement, ast.If):
                self.reads(statement.test, assigned)
                self.block(statement.body, set(assigned), top=False, loops=loops, guard=not statement.orelse)
                self.block(statement.orelse, set(assigned), top=False, loops=loops)
            else:
                self.block(body[place : place + 1], assigned, top=False, loops=loops)

    def expression(self, statement: ast.Expr) -> None:
        call = statement.value
        name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
        if name not in self.known.writers:
            self.say(statement, "an expression that stands alone is a call to a rule that changes a record")

    def reads(self, node: ast.AST, assigned: set[str]) -> None:
        for name in ast.walk(node):
            if not isinstance(name, ast.Name) or isinstance(name.ctx, ast.Store):
                continue
            if name.id in assigned or name.id in self.module.names or name.id in ("range", "max", "min"):
                continue
            if name.id in self.stored:
                self.say(name, f"{name.id} is assigned before the branch or loop after which it is read")
            else:
                self.say(name, f"{name.id} is no parameter, local, constant or rule")

    # Single nodes

    def node(self, node: ast.AST) -> None:
        for kind, message in FORBIDDEN.items():
            if isinstance(node, kind):
                self.say(node, message)
        if isinstance(node, ast.Call):
            self.call(node)
        elif isinstance(node, ast.BinOp | ast.AugAssign):
            self.operator(node)
        elif isinstance(node, ast.Compare):
            self.comparison(node)
        elif isinstance(node, ast.Constant):
            if type(node.value) is not int:  # nor a bool
                self.say(node, f"whole numbers only, not {node.value!r}")
        elif isinstance(node, ast.Subscript) and not self.is_shared(node.slice):
            self.say(node, "an index is the same in all scenarios: no status or amount chooses it")

    def call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if node.keywords:
            self.say(node, "positional arguments only")
        if name not in self.known.rules and name != "range" and CHOOSING.get(self.rule.name) != name:
            self.say(node, f"{name} is not a rule; use greater_of and lesser_of for max and min")
        records = [a.id for a in node.args if isinstance(a, ast.Name) and a.id in self.records]
        if len(records) != len(set(records)):
            self.say(node, "the same record is given twice in one call")
        if any(isinstance(a, ast.Attribute) and self.is_alias(a) for a in node.args):
            self.say(node, "no list of a record as an argument: it would have two names")
        if name in self.known.writers and not self.stands_alone(node):
            self.say(node, f"{name} changes a record, so its call stands alone")
        if name in self.known.rules:
            self.given_places(node, self.known.rules[name])

    def given_places(self, node: ast.Call, rule: ast.FunctionDef) -> None:
        for parameter, argument in zip(parameters(rule), node.args, strict=False):
            if parameter.arg in placing(rule) and not self.is_shared(argument):
                self.say(node, f"{rule.name} uses {parameter.arg} as a bound or index: it is the same in all scenarios")

    def stands_alone(self, call: ast.Call) -> bool:
        return any(isinstance(node, ast.Expr) and node.value is call for node in ast.walk(self.rule))

    def operator(self, node: ast.BinOp | ast.AugAssign) -> None:
        if not isinstance(node.op, (*ARITHMETIC, *DIVIDING.get(self.rule.name, ()))):
            sign = {ast.FloorDiv: "//", ast.Div: "/", ast.Mod: "%", ast.Mult: "*", ast.Pow: "**"}.get(
                type(node.op), "that"
            )
            self.say(node, f"{sign} only in {', '.join(DIVIDING)}: round by money.ratio")

    def comparison(self, node: ast.Compare) -> None:
        if len(node.ops) > 1:
            self.say(node, "no chained comparison")
        if any(isinstance(op, UNORDERED) for op in node.ops):
            self.say(node, "compare numbers: no `is`, no `in`")

    # What names stand for

    def is_alias(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.records
        return isinstance(node, ast.Attribute) and node.attr in self.known.lists

    def is_shared(self, node: ast.AST) -> bool:
        """Whether an expression has the same value in all scenarios."""
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Name):
            return node.id in self.shared or node.id in self.module.names
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id[:1].isupper():
                return True  # a member of an IntEnum
            return node.attr in SHARED_FIELDS or (isinstance(node.value, ast.Name) and node.value.id in self.terms)
        if isinstance(node, ast.Subscript):
            return self.is_shared(node.value) and self.is_shared(node.slice)
        if isinstance(node, ast.BinOp):
            return self.is_shared(node.left) and self.is_shared(node.right)
        if isinstance(node, ast.IfExp):
            return self.is_shared(node.test) and self.is_shared(node.body) and self.is_shared(node.orelse)
        if isinstance(node, ast.Compare):
            return self.is_shared(node.left) and all(self.is_shared(c) for c in node.comparators)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            numbers = [a for a in node.args if not (isinstance(a, ast.Name) and a.id in self.records)]
            return node.func.id in SHARED_RULES and all(self.is_shared(number) for number in numbers)
        return False


def main(folders: list[str]) -> int:
    files = sorted(file for folder in folders or [str(MECHANICS)] for file in Path(folder).glob("*.py"))
    problems = lint({str(file): file.read_text(encoding="utf-8") for file in files})
    for problem in problems:
        print(problem)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
