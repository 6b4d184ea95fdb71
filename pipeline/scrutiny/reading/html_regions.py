"""Which parts of a web page are shown, and which belong to its frame and not to the report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from justhtml import Element, Node

#: Never shown, or not as text.
UNSHOWN = frozenset(
    "head script style noscript template iframe object embed audio video canvas svg datalist map area param".split()
)
#: What a reader operates and does not read.
CONTROLS = frozenset("button select textarea input progress meter".split())

_LONGEST_ATTRIBUTE = 2_000
_FRAME_NAMES = frozenset(["nav", "aside", "search"])
_FRAME_ROLES = frozenset("navigation banner contentinfo complementary search".split())
#: In these, a header or footer is theirs and not that of the page.
_SECTIONS = frozenset("main article section blockquote figure td".split())
_FRAME_CLASS = re.compile(
    r"(?:[a-z0-9]+[-_]+){0,4}(?:cookies?|breadcrumbs?|skip[-_]?(?:link|nav|to)|pagination|social[-_]?(?:share|media|links)"
    r"|share[-_]?(?:links|buttons)|related[-_]?(?:content|links|navigation)|feedback|phase[-_]?banner|site[-_]?nav"
    r"|back[-_]?to[-_]?top|print[-_]?link)"
    r"(?:[-_]+(?:banner|bar|notice|message|consent|nav|navigation|list|link|links|content|container|wrapper|component|"
    r"trail|form|policy|popup|overlay))*"
)
_HIDDEN_CLASS = re.compile(
    r"(?:govuk-|u-|a11y-)?visually-?hidden|sr-only|screen-?reader(?:-text|-only)?|element-invisible|govuk-!-display-none|d-none"
)
_HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE)
_CONTENTS_CLASS = re.compile(r"(?:[a-z0-9]+[-_]+){0,3}(?:contents[-_]list|table[-_]of[-_]contents|toc)")


def attribute(element: Node, name: str) -> str:
    """The value of an attribute, an empty string where there is none; of a very long one the beginning."""
    return ((element.attrs or {}).get(name) or "")[:_LONGEST_ATTRIBUTE]


def elements(root: Node) -> Iterator[Element]:
    """Every element under ``root`` in order, however deep."""
    todo: list[Node] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, Element):
            yield node
        todo.extend(reversed(node.children or []))


def length(element: Node) -> int:
    """How many characters other than space are in ``element``, shown or not."""
    return sum(len("".join(text.split())) for text in _texts(element))


def _texts(root: Node) -> Iterator[str]:
    return (str(node.data or "") for node in _text_nodes(root))


def _text_nodes(root: Node) -> Iterator[Node]:
    todo: list[Node] = [root]
    while todo:
        node = todo.pop()
        if node.name == "#text":
            yield node
        elif node.name not in UNSHOWN:
            todo.extend(reversed(node.children or []))


def is_hidden(element: Element) -> bool:
    """Whether the page says that ``element`` is not shown, or only read out."""
    attributes = element.attrs
    return (
        ("hidden" in attributes and attribute(element, "hidden") != "until-found")
        or (element.name == "dialog" and "open" not in attributes)
        or bool(_HIDDEN_STYLE.search(attribute(element, "style")))
        or any(_HIDDEN_CLASS.fullmatch(token) for token in attribute(element, "class").lower().split())
    )


def is_contents(element: Element) -> bool:
    """Whether ``element`` is a table of contents."""
    return attribute(element, "role") == "doc-toc" or any(map(_CONTENTS_CLASS.fullmatch, _tokens(element)))


def _tokens(element: Element) -> list[str]:
    return f"{attribute(element, 'class')} {attribute(element, 'id')}".lower().split()


class Frame:
    """Tells what is the frame of a page: navigation, banners, and where a page marks its main part, all around it."""

    def __init__(self, root: Node) -> None:
        everything = list(elements(root))
        mains = [e for e in everything if e.name == "main" or attribute(e, "role") == "main"]
        filled = _with_ancestors(node for node in _text_nodes(root) if str(node.data or "").strip())
        self._mains = {id(main) for main in mains if id(main) in filled}
        headings = [e for e in everything if e.name == "h1" and not is_hidden(e)]
        #: The page's only heading of the first level is its title wherever it stands.
        self._title = id(headings[0]) if len(headings) == 1 else None
        around = [e for e in [*headings[:1], *mains] if self._title is not None or id(e) in self._mains]
        self._around = _with_ancestors(element.parent for element in around if element.parent is not None)

    @property
    def has_main(self) -> bool:
        """Whether the page marks its main part."""
        return bool(self._mains)

    def is_inside(self, element: Element) -> bool:
        """Whether ``element`` opens what belongs to the report."""
        return id(element) in self._mains or id(element) == self._title

    def is_frame(self, element: Element, around: Iterable[str]) -> bool:
        """Whether ``element`` belongs to the frame; ``around`` are the names of the elements it is in."""
        if id(element) in self._around or element.name in ("html", "body"):
            return False
        role = attribute(element, "role")
        if element.name in ("header", "footer") and role not in _FRAME_ROLES:
            return _SECTIONS.isdisjoint(around)
        named = element.name in _FRAME_NAMES or role in _FRAME_ROLES
        return named or any(map(_FRAME_CLASS.fullmatch, _tokens(element)))


def _with_ancestors(nodes: Iterable[Node]) -> set[int]:
    """The ``id()`` of ``nodes`` and of all they are in, each looked at once however deep they are."""
    found: set[int] = set()
    for node in nodes:
        around: Node | None = node
        while around is not None and id(around) not in found:
            found.add(id(around))
            around = around.parent
    return found
