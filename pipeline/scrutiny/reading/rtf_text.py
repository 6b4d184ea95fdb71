"""From the control words of rich text to drafts (Rich Text Format specification 1.9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from scrutiny.reading.build import Draft
from scrutiny.reading.characters import normalise
from scrutiny.reading.markers import sign
from scrutiny.reading.numerals import raised
from scrutiny.reading.prose import as_note, find_bold_headings, lower_under_title, with_notes
from scrutiny.reading.rtf_flow import Flow, Layout, Style
from scrutiny.report import BlockKind

_TOKEN = re.compile(
    r"\\(?:(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})?[ ]?|'(?P<byte>[0-9a-fA-F]{2})|(?P<sign>[^a-zA-Z]))"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+",
    re.DOTALL,
)
#: Groups nested deeper than this end the reading: nobody writes them.
_DEEPEST = 2_000
#: A name, a title or the code of a field is looked at only so far.
_LONGEST_ASIDE = 1_000
#: What stands in so many text boxes, one in the other, is part of the innermost: each is looked through by itself.
_DEEPEST_BOX = 10

#: Groups whose text is none of the report's.
_SKIPPED = frozenset(
    "colortbl pict objdata themedata colorschememapping datastore latentstyles filetbl revtbl rsidtbl generator "
    "mmathPr bkmkstart bkmkend listtable listoverridetable nonshppict shprslt formfield xe tc txe atnid atnauthor "
    "atntime atnicn atnref atndate atnparent atrfstart atrfend nonesttables nesttableprops pnseclvl sp fontemb "
    "fontfile falt panose blipuid keycode docvar userprops xmlnstbl ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn "
    "comment operator company manager category keywords subject doccomm hlinkbase upr do".split()
)
#: Groups that a reader may leave out, but this one does not.
_KNOWN = frozenset("footnote shpinst shptxt fldinst pn annotation ud pntext listtext".split())
_FURNITURE = frozenset("header headerl headerr headerf footer footerl footerr footerf".split())
_CHARACTERS = {
    "tab": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ", "zwj": "", "zwnj": "",
}  # fmt: skip
_BREAKS = frozenset(["line", "lbr", "softline", "page", "column"])
_CODE_PAGES = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
_SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and leaves as it was."""

    #: Where characters go: "" to the text, the name of an aside, or None to nowhere.
    to: str | None = ""
    font: int = 0
    style: int = 0
    unicode_skip: int = 1
    bold: bool = False
    high: bool = False
    hidden: bool = False
    deleted: bool = False
    contents: bool = False


class RtfText:
    """Reads rich text into drafts; what it finds besides them is in the other attributes."""

    def __init__(self, text: str) -> None:
        self.furniture: list[Draft] = []
        #: Title, author and date of creation.
        self.about: dict[str, str] = {}
        self.deleted = self.hidden = self.comments = self.objects = 0
        #: Whether the file goes on to its end.
        self.whole = False
        self._text = text
        self._code_page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._styles: dict[int, Style] = {}
        self._states = [_State()]
        #: What ends with the group that is open at this depth.
        self._at_end: list[tuple[int, Callable[[], None]]] = []
        self._flows = [Flow(self._styles)]
        self._asides: dict[str, str] = {}
        self._bytes = bytearray()
        self._skip = 0
        self._starred = False
        self._note = 0
        self._noted = 0
        self._waiting: list[tuple[int, list[Draft]]] = []

    def read(self) -> list[Draft]:
        """The blocks of the text; footnotes follow the section that refers to them."""
        position = 0
        while match := _TOKEN.match(self._text, position):
            position = match.end()
            if match["byte"] is None:
                self._end_bytes()
            if match["word"]:
                number = int(match["number"]) if match["number"] else None
                if match["word"] == "bin":
                    position += max(number or 0, 0)
                else:
                    self._control(match["word"], number)
            elif match["byte"]:
                self._byte(int(match["byte"], 16))
            elif match["sign"]:
                self._sign(match["sign"])
            elif match["brace"] == "{":
                self._states.append(self._states[-1])
                if len(self._states) > _DEEPEST:
                    break
            elif match["brace"]:
                self._close()
                if len(self._states) == 1:
                    self.whole = True
                    break
            elif match["text"]:
                self._characters(match["text"])
        self._end_bytes()
        while len(self._states) > 1:
            self._close()
        return self._finished()

    def _finished(self) -> list[Draft]:
        drafts = self._flows[0].end()
        if not any(draft.kind is BlockKind.HEADING for draft in drafts):
            find_bold_headings(drafts, self._flows[0].bold_drafts)
        lower_under_title(drafts)
        return with_notes(drafts, self._waiting)

    def _close(self) -> None:
        """Ends a group."""
        if len(self._states) > 1:
            while self._at_end and self._at_end[-1][0] == len(self._states):
                self._at_end.pop()[1]()
            self._states.pop()
        self._starred, self._skip = False, 0

    def _set(self, **changes: object) -> None:
        self._states[-1] = replace(self._states[-1], **changes)  # type: ignore[arg-type]

    def _control(self, word: str, number: int | None) -> None:
        """Does what a control word says."""
        starred, self._starred = self._starred, False
        state = self._states[-1]
        if self._skip and word not in ("u", "uc"):
            self._skip -= 1
        if self._begins(word, starred):
            return
        match word:
            case "u":
                self._skip = 0
                self._put(chr(number % 65536 if number is not None else 0xFFFD), decoded=True)
                self._skip = state.unicode_skip
            case "uc":
                self._set(unicode_skip=min(max(number or 0, 0), 10))
            case "b":
                self._set(bold=number != 0)
            case "super":
                self._set(high=number != 0)
            case "nosupersub" | "sub":
                self._set(high=False)
            case "v":
                self._set(hidden=number != 0)
            case "deleted":
                self._set(deleted=number != 0)
            case "plain":
                self._set(bold=False, high=False, hidden=False, deleted=False)
            case "f":
                self._set(font=number or 0)
            case "ansicpg":
                self._code_page = f"cp{number}"
            case "mac":
                self._code_page = "mac_roman"
            case "fcharset" if state.to == "fonttbl":
                self._fonts[state.font] = _SYMBOL if number == 2 else _CODE_PAGES.get(number or 0, "")
            case "s" if state.to == "stylesheet":
                self._set(style=number or 0)
            case "outlinelevel" if state.to == "stylesheet":
                self._styles.setdefault(state.style, Style()).outline = number
            case "yr" | "mo" | "dy" if state.to == "creatim":
                self._asides["creatim"] = self._asides.get("creatim", "") + f"{number or 0:02}-"
            case _ if state.to == "":
                self._lay_out(word, number)

    def _lay_out(self, word: str, number: int | None) -> None:
        """Does what a control word of the text says."""
        flow = self._flows[-1]
        match word:
            case "par" | "sect" | "nestcell" | "nestrow":
                flow.end_paragraph()
            case "pard":
                flow.layout = Layout()
            case "s":
                flow.layout = replace(flow.layout, style=number or 0)
            case "outlinelevel":
                flow.layout = replace(flow.layout, outline=number)
            case "li":
                flow.layout = replace(flow.layout, left=number or 0)
            case "ilvl":
                flow.layout = replace(flow.layout, depth=number or 0)
            case "intbl":
                flow.layout = replace(flow.layout, in_table=True)
            case "cell":
                flow.layout = replace(flow.layout, in_table=True)
                flow.end_cell()
            case "row":
                flow.end_row()
            case "chftn":
                if len(self._flows) == 1:
                    self._note += 1
                    flow.lines.add(raised(str(self._note)))
            case "ftnalt":
                pass
            case _ if word in _BREAKS:
                flow.lines.end()
            case _ if word in _CHARACTERS:
                self._put(_CHARACTERS[word], decoded=True)

    def _begins(self, word: str, starred: bool) -> bool:
        """Whether ``word`` makes of its group something else than text; does what that takes."""
        if self._states[-1].to is None and word not in ("shptxt", "ud"):
            return True
        depth = len(self._states)
        if word in ("fonttbl", "stylesheet", "fldinst", "creatim", "listtext", "pntext", "pn", "info"):
            self._set(to=word)
            self._asides[word] = ""
            if word == "fldinst":
                self._at_end.append((depth, self._end_field_code))
            elif word in ("listtext", "pntext"):
                self._at_end.append((depth, self._end_marker))
            elif word == "creatim":
                self._at_end.append((depth, lambda: self.about.update(created=self._asides["creatim"][:10])))
        elif word in ("title", "author") and self._states[-1].to == "info":
            self._set(to=word)
            self._asides[word] = ""
            self._at_end.append((depth, lambda: self.about.update({word: self._asides[word]})))
        elif word == "fldrslt":
            if self._asides.get("field", "").split()[:1] == ["TOC"]:
                self._set(contents=True)
            self._asides["field"] = ""
        elif word == "footnote" and self._states[-1].to == "":
            marker = str(self._note) if self._note > self._noted else ""
            self._noted = self._note
            self._begin_flow(lambda drafts: self._keep_note(marker, drafts))
        elif word in _FURNITURE and self._states[-1].to == "":
            self._begin_flow(self.furniture.extend)
        elif word == "shptxt":
            self._set(to="")
            if len(self._flows) <= _DEEPEST_BOX:
                self._begin_flow(self._keep_box)
        elif word == "ud":
            self._set(to="")
        elif word == "annotation":
            self.comments += 1
            self._set(to=None)
        elif word in _SKIPPED or (starred and word not in _KNOWN):
            self.objects += word == "objdata"
            self._set(to=None)
        elif word == "shpinst":
            self._set(to=None)
        else:
            return False
        return True

    def _begin_flow(self, keep: Callable[[list[Draft]], None]) -> None:
        flow = Flow(self._styles)
        self._flows.append(flow)

        def end() -> None:
            self._flows.pop()
            keep(flow.end())

        self._at_end.append((len(self._states), end))

    def _keep_note(self, marker: str, drafts: list[Draft]) -> None:
        self._waiting.append((len(self._flows[0].drafts), as_note(drafts, marker)))

    def _keep_box(self, drafts: list[Draft]) -> None:
        # Before the paragraph it is anchored in, which is not ended yet.
        self._flows[-1].insert(drafts)

    def _end_field_code(self) -> None:
        self._asides["field"] = self._asides["fldinst"].strip()

    def _end_marker(self) -> None:
        self._flows[-1].marker = sign(normalise(self._asides.get("listtext") or self._asides.get("pntext") or ""))
        self._asides["listtext"] = self._asides["pntext"] = ""

    def _byte(self, value: int) -> None:
        if self._skip:
            self._skip -= 1
        else:
            self._bytes.append(value)

    def _end_bytes(self) -> None:
        """Decodes the bytes that were spelt out."""
        if self._bytes:
            data, self._bytes = bytes(self._bytes), bytearray()
            self._put(self._decoded(data), decoded=True)

    def _decoded(self, data: bytes) -> str:
        code_page = self._fonts.get(self._states[-1].font) or self._code_page
        if code_page == _SYMBOL:
            return sign("".join(chr(0xF000 + byte) for byte in data))
        try:
            return data.decode(code_page, "replace")
        except (LookupError, ValueError):
            return data.decode("cp1252", "replace")

    def _sign(self, character: str) -> None:
        if character == "*":
            self._starred = True
        elif self._skip:
            self._skip -= 1
        elif character in "\r\n":
            self._control("par", None)
        elif character in "\\{}":
            self._put(character)
        elif character == "~":
            self._put(" ")
        elif character == "_":
            self._put("-")

    def _characters(self, text: str) -> None:
        """Characters that stand in the file as they are."""
        skipped = min(self._skip, len(text))
        self._skip -= skipped
        if text[skipped:]:
            self._put(text[skipped:])

    def _put(self, text: str, *, decoded: bool = False) -> None:
        state = self._states[-1]
        if state.to is None:
            return
        if not decoded and (not text.isascii() or self._fonts.get(state.font) == _SYMBOL):
            text = self._decoded(text.encode("latin-1", "replace")) if text.strip() else text
        if state.to == "stylesheet":
            style = self._styles.setdefault(state.style, Style())
            style.name = (style.name + text)[:_LONGEST_ASIDE]
        elif state.to:
            self._asides[state.to] = (self._asides.get(state.to, "") + text)[:_LONGEST_ASIDE]
        elif state.deleted:
            self.deleted += len(text.strip())
        elif state.hidden:
            self.hidden += len(text.strip())
        else:
            flow = self._flows[-1]
            flow.bold = flow.bold and (state.bold or not text.strip())
            flow.contents = flow.contents or (state.contents and bool(text.strip()))
            flow.lines.add(raised(text) if state.high else text)
