r"""Read what a pickle describes, without running it.

A pickle is a little program for a machine with a stack: "push this text", "put the last two into a table", and also
"import this name" and "call it". The last two are how a file from a stranger runs any command. Python's `pickle` can be
told to import less; here there is no import and no call at all. `pickletools` takes the program apart, and the machine
below knows some thirty instructions that build numbers, text, lists and tables. Where a pickle asks for a name, the
machine looks it up in a table of our own functions, and refuses every name that is not in it.

    GLOBAL 'collections OrderedDict'        the empty table, made by our own function
    GLOBAL 'os system'                      CheckpointError: asks for 'os.system'

Conventions: sizes are bounded before anything is built, so a hostile pickle costs seconds at most.
"""

import io
import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from npaudio.checkpoints.stored_array import CheckpointError

LONGEST_PICKLE = 64 * 1024 * 1024
MOST_INSTRUCTIONS = 200_000
KEYS = (str, int, float, bytes, type(None))  # of tables; a nested tuple could exhaust the stack of `hash`

Globals = Mapping[str, Callable[..., Any]]

# Instructions that push a value which follows in the pickle.
WITH_VALUE = frozenset(
    {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"}
    | {"STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"}
    | {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"}
)
MARK = object()


@dataclass(frozen=True)
class Opaque:
    """Something that is recognized but not read, such as a NumPy array among the state of a training."""

    name: str


def read_pickle(stream: io.BytesIO, names: Globals, persistent: Callable[[Any], Any]) -> Any:
    """Value of the pickle at the position of `stream`; afterwards the position is just after its end.

    Parameters
    ----------
    stream : io.BytesIO
        At the beginning of a pickle.
    names : mapping from str to function
        What takes the place of each `module.name` that a pickle may ask for; every other name is refused.
    persistent : function
        Turns the reference to something outside the pickle (for PyTorch a storage) into a value.

    Raises
    ------
    CheckpointError
        A name that is not in `names`, an instruction that has no place in a file of arrays, or a damaged pickle.
    """
    machine = _Machine(names, persistent)
    for number, (instruction, argument, _) in enumerate(pickletools.genops(stream)):
        if number > MOST_INSTRUCTIONS:
            raise CheckpointError(f"its pickle has more than {MOST_INSTRUCTIONS:,} instructions")
        machine.step(instruction.name, argument)
    return machine.pop()


@dataclass
class _Machine:
    names: Globals
    persistent: Callable[[Any], Any]
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def step(self, instruction: str, argument: Any) -> None:
        """Carry out one instruction."""
        if instruction not in MOVES:
            raise CheckpointError(f"its pickle contains the instruction {instruction}, which no file of arrays needs")
        MOVES[instruction](self, argument)

    def pop(self) -> Any:
        if not self.stack or self.stack[-1] is MARK:
            raise CheckpointError("its pickle takes more from the stack than it has put there")
        return self.stack.pop()

    def top(self, kind: type) -> Any:
        value = self.pop()
        self.stack.append(value)
        if not isinstance(value, kind):
            raise CheckpointError(f"its pickle fills a {type(value).__name__} like a {kind.__name__}")
        return value

    def to_mark(self) -> list[Any]:
        """Take everything above the last mark, and the mark itself, off the stack."""
        values: list[Any] = []
        while self.stack:
            value = self.stack.pop()
            if value is MARK:
                return values[::-1]
            values.append(value)
        raise CheckpointError("its pickle goes back to a mark that was never set")

    def look_up(self, name: str) -> None:
        if name not in self.names:
            raise CheckpointError(
                f"it asks for {name[:100]!r}, which a file of arrays does not need; nothing of it was run"
            )
        self.stack.append(self.names[name])

    def call(self) -> None:
        """One of our own functions with the arguments of the pickle."""
        arguments, function = self.pop(), self.pop()
        if isinstance(function, Opaque):
            self.stack.append(function)
        elif callable(function) and isinstance(arguments, tuple):
            self.stack.append(function(*arguments))
        else:
            raise CheckpointError(f"its pickle calls a {type(function).__name__}")

    def take(self, count: int) -> list[Any]:
        return [self.pop() for _ in range(count)][::-1]

    def extend(self, values: list[Any]) -> None:
        """Append to the list on top; a set is a list here."""
        if not (self.stack and isinstance(self.stack[-1], Opaque)):
            self.top(list).extend(values)

    def new_table(self, pairs: list[Any]) -> None:
        """The instruction of the oldest pickles, where keys and values come before the table."""
        self.stack.append({})
        self.fill(pairs)

    def fill(self, pairs: list[Any]) -> None:
        """Put keys and values, in turn, into the table on top; what is not read stays as it is."""
        if self.stack and isinstance(self.stack[-1], Opaque):
            return
        table, keys = self.top(dict), pairs[::2]
        if len(pairs) % 2 or not all(isinstance(key, KEYS) for key in keys):
            raise CheckpointError("its pickle fills a table with something other than names and values")
        if len(set(keys)) < len(keys) or any(key in table for key in keys):
            raise CheckpointError("a name occurs twice in its table")
        table.update(zip(keys, pairs[1::2], strict=True))

    def remember(self, index: int) -> None:
        self.memo[index] = self.stack[-1] if self.stack else self.pop()

    def recall(self, index: int) -> None:
        if index not in self.memo:
            raise CheckpointError("its pickle recalls what it never remembered")
        self.stack.append(self.memo[index])

    def joined_name(self) -> str:
        module, name = self.take(2)
        if not isinstance(module, str) or not isinstance(name, str):
            raise CheckpointError("its pickle asks for a name that is not text")
        return f"{module}.{name}"


# What the instructions do with the machine and their argument.
MOVES: dict[str, Callable[[_Machine, Any], Any]] = {
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), lambda m, _: None),
    **dict.fromkeys(WITH_VALUE, lambda m, value: m.stack.append(value)),
    "NONE": lambda m, _: m.stack.append(None),
    "NEWTRUE": lambda m, _: m.stack.append(True),
    "NEWFALSE": lambda m, _: m.stack.append(False),
    "EMPTY_LIST": lambda m, _: m.stack.append([]),
    "EMPTY_DICT": lambda m, _: m.stack.append({}),
    "EMPTY_TUPLE": lambda m, _: m.stack.append(()),
    "EMPTY_SET": lambda m, _: m.stack.append([]),  # a list here
    "MARK": lambda m, _: m.stack.append(MARK),
    "POP": lambda m, _: m.stack.pop() if m.stack else m.pop(),
    "POP_MARK": lambda m, _: m.to_mark(),
    "DUP": lambda m, _: m.stack.append(m.top(object)),
    "TUPLE": lambda m, _: m.stack.append(tuple(m.to_mark())),
    "TUPLE1": lambda m, _: m.stack.append(tuple(m.take(1))),
    "TUPLE2": lambda m, _: m.stack.append(tuple(m.take(2))),
    "TUPLE3": lambda m, _: m.stack.append(tuple(m.take(3))),
    "LIST": lambda m, _: m.stack.append(m.to_mark()),
    "APPEND": lambda m, _: m.extend(m.take(1)),
    "APPENDS": lambda m, _: m.extend(m.to_mark()),
    "ADDITEMS": lambda m, _: m.extend(m.to_mark()),
    "DICT": lambda m, _: m.new_table(m.to_mark()),
    "SETITEM": lambda m, _: m.fill(m.take(2)),
    "SETITEMS": lambda m, _: m.fill(m.to_mark()),
    "GLOBAL": lambda m, argument: m.look_up(argument.replace(" ", ".", 1)),
    "STACK_GLOBAL": lambda m, _: m.look_up(m.joined_name()),
    "REDUCE": lambda m, _: m.call(),
    "BUILD": lambda m, _: m.pop(),  # attributes of the object below, such as PyTorch's _metadata; not needed
    "BINPERSID": lambda m, _: m.stack.append(m.persistent(m.pop())),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), lambda m, index: m.remember(index)),
    "MEMOIZE": lambda m, _: m.remember(len(m.memo)),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda m, index: m.recall(index)),
}
