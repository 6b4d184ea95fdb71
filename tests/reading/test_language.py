"""The language of a report; all texts are invented."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from scrutiny.reading import read

ENGLISH = (
    "Leaders know the school well and set high expectations for every pupil. However, improvement plans are not "
    "reviewed often enough, and governors do not challenge the head consistently. The school should make sure "
    "that teachers use assessment to plan work that meets the needs of all pupils."
)
OTHERS = {
    "cy": (
        "Mae arweinwyr yn adnabod yr ysgol yn dda ac yn gosod disgwyliadau uchel ar gyfer pob disgybl. Fodd bynnag, "
        "nid yw cynlluniau gwella yn cael eu hadolygu yn ddigon aml, ac nid yw llywodraethwyr yn herio'r pennaeth yn "
        "gyson. Dylai'r ysgol sicrhau bod athrawon yn defnyddio asesu i gynllunio gwaith sy'n diwallu anghenion yr "
        "holl ddisgyblion."
    ),
    "ga": (
        "Tá eolas maith ag na ceannairí ar an scoil agus leagann siad ardchaighdeain síos do gach dalta. Mar sin "
        "féin, ní dhéantar athbhreithniú ar na pleananna sách minic, agus níl taifid na leanaí cothrom le dáta. Ba "
        "cheart don scoil a chinntiú go mbaineann múinteoirí úsáid as measúnú chun obair a phleanáil."
    ),
    "gd": (
        "Tha na stiùirichean eòlach air an sgoil agus tha iad a' suidheachadh amasan àrda airson a h-uile sgoilear. "
        "Ach chan eilear a' sgrùdadh nam planaichean tric gu leòr, agus chan eil clàran na cloinne an-còmhnaidh "
        "ceart. Bu chòir don sgoil dèanamh cinnteach gu bheil tidsearan a' cleachdadh measadh."
    ),
    "fr": (
        "Les inspecteurs ont constaté que les dossiers n'étaient pas tenus à jour et que les plans d'amélioration "
        "n'étaient pas revus assez souvent. Le personnel est attentif et connaît bien les résidents. L'établissement "
        "devrait veiller à ce que chaque plainte soit consignée et examinée."
    ),
    "de": (
        "Die Prüfer stellten fest, dass die Akten nicht auf dem neuesten Stand waren und dass die Maßnahmenpläne "
        "nicht oft genug überprüft wurden. Das Personal ist aufmerksam und kennt die Bewohner gut. Die Einrichtung "
        "sollte sicherstellen, dass jede Beschwerde erfasst wird."
    ),
    "es": (
        "Los inspectores comprobaron que los expedientes no estaban al día y que los planes de mejora no se revisaban "
        "con la frecuencia suficiente. El personal es atento y conoce bien a los residentes. El centro debería "
        "garantizar que cada queja se registre y se investigue."
    ),
    "pl": (
        "Inspektorzy stwierdzili, że dokumentacja nie była aktualna, a plany naprawcze nie były przeglądane "
        "wystarczająco często. Personel jest uważny i dobrze zna mieszkańców. Placówka powinna zapewnić, aby każda "
        "skarga była rejestrowana."
    ),
    "nl": (
        "De inspecteurs stelden vast dat de dossiers niet actueel waren en dat de verbeterplannen niet vaak genoeg "
        "werden herzien. Het personeel is attent en kent de bewoners goed. De instelling zou ervoor moeten zorgen dat "
        "elke klacht wordt geregistreerd."
    ),
    "sv": (
        "Inspektörerna konstaterade att journalerna inte var uppdaterade och att åtgärdsplanerna inte sågs över "
        "tillräckligt ofta. Personalen är uppmärksam och känner de boende väl. Verksamheten bör se till att varje "
        "klagomål registreras."
    ),
    "it": (
        "Gli ispettori hanno constatato che i fascicoli non erano aggiornati e che i piani di miglioramento non "
        "venivano rivisti abbastanza spesso. Il personale è attento e conosce bene gli ospiti. La struttura dovrebbe "
        "garantire che ogni reclamo sia registrato."
    ),
    "pt": (
        "Os inspetores verificaram que os processos não estavam atualizados e que os planos de melhoria não eram "
        "revistos com frequência suficiente. O pessoal é atencioso e conhece bem os residentes. A instituição deveria "
        "garantir que cada reclamação seja registada."
    ),
    "ro": (
        "Inspectorii au constatat că dosarele nu erau actualizate și că planurile de îmbunătățire nu erau revizuite "
        "suficient de des. Personalul este atent și îi cunoaște bine pe rezidenți. Instituția ar trebui să se asigure "
        "că fiecare plângere este înregistrată."
    ),
}


def language(text: str) -> str:
    """The language of a text file."""
    return read(text.encode(), name="a.txt").language


@pytest.mark.parametrize("code", OTHERS)
def test_a_report_in_another_language_is_marked_and_mentioned(code: str) -> None:
    report = read(f"1. Report\n\n{OTHERS[code]}".encode(), name="a.txt")
    assert report.language == code
    (note,) = report.coverage.notes
    assert note.startswith("About 100 % of the text seems to be in ")
    assert note.endswith(f"({code}).")


def test_english_is_marked_and_not_mentioned(samples: Path) -> None:
    for file in samples.iterdir():
        if file.suffix in {".pdf", ".md"}:
            report = read(file)
            assert report.language == "en"
            assert not any("language" in note or "seems to be" in note for note in report.coverage.notes)


@pytest.mark.parametrize(
    "text", ["Llywodraethwyr da iawn.", "Requires improvement.", "1 2 3 4 5 " * 100, OTHERS["fr"][:150]]
)
def test_too_little_text_tells_no_language(text: str) -> None:
    assert language(text) == ""


def test_of_two_languages_most_of_the_text_decides_and_the_other_is_mentioned() -> None:
    mixed = "\n\n".join([ENGLISH] * 6 + [OTHERS["cy"]] * 4)
    report = read(mixed.encode(), name="a.txt")
    assert report.language == "en"
    (note,) = report.coverage.notes
    assert "Welsh (cy)" in note
    report = read("\n\n".join([ENGLISH] * 3 + [OTHERS["fr"]] * 7).encode(), name="a.txt")
    assert report.language == "fr"
    english, french = report.coverage.notes
    assert english.endswith("English (en).")
    assert french.endswith("French (fr).")


def test_the_time_taken_does_not_grow_with_the_report() -> None:
    passages = "\n\n".join(f"{number}. {ENGLISH}" for number in range(3000))
    assert language(passages) == "en"


def test_no_real_english_report_is_taken_for_another_language(real_corpora: Path) -> None:
    file = real_corpora / "unlabelled.jsonl.gz"
    if not file.is_file():
        pytest.skip("the unlabelled reports are not on this machine")
    wrong = []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in list(lines)[::10]:
            report = json.loads(line)
            text = "\n\n".join(unit["text"] for unit in report["units"])[:60_000]
            if language(text) != "en":
                wrong.append(report["doc"])
    assert not wrong
