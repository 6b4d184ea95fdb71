"""Word files of a few parts, written as XML."""

from __future__ import annotations

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATION = f'<Relationship Id="{{}}" Type="{_OFFICE}/{{}}" Target="{{}}"/>'
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_ROOTS = {"styles": "styles", "numbering": "numbering", "footnotes": "footnotes", "comments": "comments"}
_ROOTS |= {"header": "hdr", "footer": "ftr"}


def word(body: str, **parts: str) -> bytes:
    """A Word file with this ``body`` and these ``parts``: the XML inside their roots, without name spaces."""
    files = {
        "_rels/.rels": _RELATIONS.format(_RELATION.format("r0", "officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {_SPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _RELATIONS.format(
            "".join(_RELATION.format(f"r{number}", kind, f"{kind}.xml") for number, kind in enumerate(parts, 1))
        ),
        **{f"word/{kind}.xml": f"<w:{_ROOTS[kind]} {_SPACES}>{xml}</w:{_ROOTS[kind]}>" for kind, xml in parts.items()},
    }
    return zipped(files)


def zipped(files: dict[str, str]) -> bytes:
    """A zip archive of text ``files``."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file.getvalue()


def p(text: str, properties: str = "", run: str = "") -> str:
    """A paragraph of one run, with the properties of each; ``text`` is XML if it begins with a bracket."""
    content = text if text.startswith("<") else f'<w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def r(text: str, run: str = "") -> str:
    """A run."""
    return f'<w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: str) -> str:
    """A table of rows made by :func:`row`."""
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def row(*cells: str) -> str:
    """A row of cells, each given as XML or as the text of its paragraph."""
    inside = [cell if cell.startswith("<") else p(cell) for cell in cells]
    return f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in inside)}</w:tr>"


def style(identifier: str, name: str, inside: str = "") -> str:
    """A paragraph style."""
    return f'<w:style w:type="paragraph" w:styleId="{identifier}"><w:name w:val="{name}"/>{inside}</w:style>'


def in_style(identifier: str) -> str:
    """What puts a paragraph into a style."""
    return f'<w:pStyle w:val="{identifier}"/>'


def in_list(number: int, depth: int = 0) -> str:
    """What puts a paragraph into a list."""
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'


def abstract(number: int, *levels: tuple[str, str], more: str = "") -> str:
    """A definition of lists: the format and pattern of each level, set in a little more each; ``more`` XML in each."""
    return (
        f'<w:abstractNum w:abstractNumId="{number}">'
        + "".join(
            f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/>'
            f'<w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{pattern}"/>'
            f'<w:pPr><w:ind w:left="{360 * (depth + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
            for depth, (form, pattern) in enumerate(levels)
        )
        + "</w:abstractNum>"
    )


def numbers(number: int, abstract_number: int, more: str = "") -> str:
    """A list by the definition ``abstract_number``."""
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract_number}"/>{more}</w:num>'
