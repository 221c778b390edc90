"""Follows the value of one run, as JSON.

From one look to the next the cost is that of what changed: a frame that was open before and still is has only grown,
and a frame that has closed has become a value most parts of which are the objects that it had already. So nothing is
compared but by `is`, and nothing is dumped twice, except where a form says that a value must be dumped whole.

An open string is kept out of the value until somebody asks: to add four characters to a megabyte costs a megabyte.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from partway._strings import OpenString
from partway.events import Path
from partway.patches._difference import difference, same
from partway.patches._dumping import OMIT, ArrayForm, form_for
from partway.patches._frame import Change, Texts
from partway.patches._node import Node, Step
from partway.patches._peek import Peek

__all__ = ["Mirror"]


class Mirror:
    """Follows the snapshots of one run, and holds the JSON value.

    The JSON value of a snapshot is what `TypeAdapter(type).dump_json(snapshot, by_alias=True, exclude_unset=True)`
    writes; `None` before anything has arrived. What has not arrived is left out, in an open dataclass too. A place
    whose serializer raises is left out, and is `None` in a list.
    """

    def __init__(self) -> None:
        self._builder: Any = None
        self._nodes: list[Node] = []
        self._changes: list[Change] = []
        self._texts: dict[Path, Callable[[], str]] = {}
        self._anew = False  # whether what is there is of a candidate that was given up
        self._key: Step | None = None  # where a string is open in the last node
        self._string: OpenString | None = None  # the string, if it is kept out of the value
        self._length = 0  # how much of it has been told
        self._path: Path = ()  # where it stands
        self._open: Path = ()

    @property
    def value(self) -> Any:
        """The JSON value at the last look. It shares with other values what is complete; do not change it."""
        return self._copied(0)[0] if self._nodes else None

    @property
    def open_path(self) -> Path:
        """Where the text was being written at the last look, in the JSON value."""
        return self._open

    @property
    def texts(self) -> Texts:
        """The whole strings where the last look has found text to be appended."""
        return self._texts

    def update(self, run: Any) -> list[Change]:
        """Look at the run; give what has changed, in order.

        Args:
            run: The run, sync or async, or an `Extractor`: the same each time.

        Raises:
            UsageError: `run` is neither.
        """
        peek = Peek(run)
        self._changes, self._texts = [], {}
        builder = peek.builder
        if builder is not self._builder:
            self._begin(peek)
        string = self._string
        if string is not None and builder.string is string and peek.top is self._nodes[-1].frame:
            self._append(string)
        else:
            self._follow(peek)
            self._open = self._translated(peek)
        return self._changes

    def finish(self, run: Any) -> list[Change]:
        """Look at a run that has ended well for the last time, and hold what is there against the whole result."""
        changes = self.update(run)
        root = self._nodes[0]
        whole = root.place.dump(self._builder.value)
        if whole is not OMIT and not same(root.value[0], whole):
            self._put(root, 0, whole)
        return changes

    def _begin(self, peek: Peek) -> None:
        """Another candidate is shown from now on."""
        self._anew = bool(self._nodes)
        value = self.value
        self._builder = peek.builder
        place = form_for(peek.adapter)
        root = Node(peek.frames[0], ArrayForm(list, (), place), place, 0, ())
        root.value = [value]
        self._nodes = [root]
        self._key = self._string = None

    def _append(self, string: OpenString) -> None:
        text = Peek.tail_from(string, self._length)
        if text:
            self._length += len(text)
            self._changes.append(Change("append", self._path, text))
            self._texts[self._path] = partial(Peek.head_of, string, self._length)

    def _follow(self, peek: Peek) -> None:
        """Take in whatever has happened since the last look."""
        nodes, frames = self._nodes, peek.frames
        if self._string is not None:
            nodes[-1].value[self._key] = Peek.head_of(self._string, self._length)
            self._string = None
        common = 1
        for node, frame in zip(nodes[1:], frames[1:], strict=False):
            if node.frame is not frame:
                break
            common += 1
        last = nodes[common - 1]
        if last.form is not None:
            self._take(common - 1)
        elif common > 1:
            self._put(nodes[common - 2], last.key, last.place.dump_open(peek.partial(common - 1)))
        del nodes[common:]
        if last.form is not None:
            if len(frames) > common:
                self._leave_string(None)
                self._enter(peek, common)
            else:
                self._show_string(peek)
        if self._anew and not (len(nodes) > 1 or nodes[0].count or self._key is not None):
            self._put(nodes[0], 0, None)

    def _take(self, depth: int) -> None:
        """Take in the parts of a node that have come; what was open in it has closed, unless it is a string."""
        node = self._nodes[depth]
        child = self._nodes[depth + 1] if depth + 1 < len(self._nodes) else None
        for slot, part in node.unseen():
            value = self._builder.value if depth == 0 else part
            key, place = node.step(slot)
            if key is None:
                continue
            bad = node.rejected(slot) and value is part
            if key == self._key and child is None:
                self._key = None
            if child is not None and child.key == key and node.frame.order is None:
                self._close(depth, child, value, bad=bad)
                child = None
            else:
                self._put(node, key, place.dump_open(value) if bad else place.dump(value))
        if node.frame.order is not None:
            self._forget(node)
        elif child is not None:  # it has gone without a trace
            self._remove(node, child.key)
        if depth + 1 < len(self._nodes):
            self._key = None

    def _close(self, depth: int, child: Node, value: Any, *, bad: bool) -> None:
        """What was open in a node is complete, or rejected."""
        if bad and child.form is not None:
            self._take(depth + 1)
        elif bad:
            self._put(self._nodes[depth], child.key, child.place.dump_open(value))
        elif child.becomes(value):
            self._take(depth + 1)
            for key, place, part in child.differing(value):
                if key is not None:
                    self._put(child, key, place.dump(part))
            keys = child.keys_of(value)
            for key in [] if keys is None else [key for key in child.value if key not in keys]:
                self._remove(child, key)
        else:
            self._put(self._nodes[depth], child.key, child.place.dump(value))

    def _forget(self, node: Node) -> None:
        """Remove what is no more, after a key was repeated."""
        kept = {node.step(slot)[0] for slot in node.frame.parts}
        for key in [key for key in node.value if key not in kept]:
            self._remove(node, key)
            if key == self._key:
                self._key = None

    def _enter(self, peek: Peek, depth: int) -> None:
        """Objects and arrays have opened: tell them as one value."""
        nodes, frames, changes = self._nodes, peek.frames, self._changes
        self._changes = []
        outer = nodes[depth - 1]
        key, place = outer.step(outer.open_slot)
        if key is None:  # it is not part of the JSON
            self._changes = changes
            return
        before, had = (outer.value[key], True) if outer.has(key) else (None, False)
        for frame in frames[depth:]:
            parent = nodes[-1]
            inner_key, place = parent.step(parent.open_slot)
            if inner_key is None:
                break
            path = () if parent is nodes[0] else parent.inside(inner_key)
            node = Node(frame, place.into(frame.shape), place, inner_key, path)
            nodes.append(node)
            if node.form is None:
                self._put(parent, inner_key, place.dump_open(peek.partial(len(nodes) - 1)))
                break
            self._set(parent, inner_key, node.value)
            self._take(len(nodes) - 1)
        if len(nodes) == len(frames) and nodes[-1].form is not None:
            self._show_string(peek)
        self._changes = changes
        if not outer.has(key):
            return
        path = () if outer is nodes[0] else outer.inside(key)
        value = self._copied(depth - 1)[key]
        if not had:
            changes.append(Change("add", path, value))
        elif self._anew or not same(before, value):
            self._anew = False
            changes.append(Change("replace", path, value))

    def _show_string(self, peek: Peek) -> None:
        """Show the string that is open in the last node, if there is one."""
        node = self._nodes[-1]
        opened = peek.open_string
        if opened is None:
            self._leave_string(None)
            return
        key, place = node.step(node.open_slot)
        self._leave_string(key)
        if key is None:
            return
        self._key = key
        text = opened.text(opened.moved + len(opened.tail))
        self._put(node, key, place.dump(text))
        if place.text and isinstance(opened, OpenString):
            self._string, self._length = opened, len(text)
            self._path = () if node is self._nodes[0] else node.inside(key)

    def _leave_string(self, key: Step | None) -> None:
        """A string that was open has gone without a trace, if it is not the one at this key."""
        if self._key is not None and self._key != key:
            self._remove(self._nodes[-1], self._key)
        self._key = None

    def _put(self, node: Node, key: Step, value: Any) -> None:
        """Set a part of a node, and tell of it."""
        if value is OMIT:
            if isinstance(key, str):
                self._remove(node, key)
                return
            value = None
        path = () if node is self._nodes[0] else node.inside(key)
        if not node.has(key):
            self._changes.append(Change("add", path, value))
        elif self._anew and not path:
            self._anew = False
            self._changes.append(Change("replace", path, value))
        else:
            for change in difference(path, node.value[key], value):
                self._changes.append(change)
                if change.kind == "append":
                    self._texts[change.path] = partial(_at, value, change.path[len(path) :])
        self._set(node, key, value)

    def _set(self, node: Node, key: Step, value: Any) -> None:
        if key == len(node.value) and isinstance(node.value, list):
            node.value.append(value)
        else:
            node.value[key] = value

    def _remove(self, node: Node, key: Step) -> None:
        if node is self._nodes[0]:
            self._put(node, 0, None)
        elif node.has(key):
            del node.value[key]
            self._changes.append(Change("remove", node.inside(key), None))

    def _copied(self, depth: int) -> Any:
        """The value of a node that nobody changes when it grows."""
        node = self._nodes[depth]
        copy = node.value.copy()
        if depth + 1 < len(self._nodes):
            child = self._nodes[depth + 1]
            if child.form is not None:
                copy[child.key] = self._copied(depth + 1)
        elif self._string is not None:
            copy[self._key] = Peek.head_of(self._string, self._length)
        return copy

    def _translated(self, peek: Peek) -> Path:
        """The open path in the keys of the JSON value."""
        path, nodes = peek.open_path, self._nodes
        if len(path) + 1 < len(nodes):
            return nodes[len(path) + 1].path
        last = nodes[-1]
        known, rest = last.path, path[len(nodes) - 2 :] if len(nodes) > 1 else path
        if rest and last.form is not None and len(nodes) > 1:
            key, _ = last.step(last.open_slot)
            return (*known, rest[0] if key is None else key, *rest[1:])
        return (*known, *rest)


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value
