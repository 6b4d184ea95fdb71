"""Fixtures shared by the tests: a tiny model, the shipped model, and the real reports where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from keeping import made_once
from scrutiny.pipeline import Pipeline, load
from scrutiny.report import ROLES, Report

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED = CHECKOUT.parent / "shared"

# How long an example takes depends on what else the machine does, and the first one loads the regime profiles.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def real_corpora() -> Path:
    """The folder of real labelled sentences and reports, which are not ours to publish."""
    if not (SHARED / "corpora").is_dir():
        pytest.skip("the real labelled reports (../shared/corpora) are not on this machine")
    return SHARED / "corpora"


@pytest.fixture(scope="session")
def real_reports() -> list[Path]:
    """Every real report PDF."""
    if not (SHARED / "reports").is_dir():
        pytest.skip("the real reports (../shared/reports) are not on this machine")
    return [*sorted((SHARED / "reports").glob("*.pdf")), *sorted((SHARED / "corpora" / "documents").glob("*.pdf"))]


@pytest.fixture(scope="session")
def samples() -> Path:
    """The sample reports of the repository."""
    return CHECKOUT / "corpora" / "samples"


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    """The pipeline around the shipped model, on the CPU."""
    return load(device="cpu")


@pytest.fixture(scope="session")
def sample_reports(
    request: pytest.FixtureRequest, samples: Path, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> list[Report]:
    """Every sample report, with records; of the processes that run tests at a time the first makes them for all."""
    folder = tmp_path_factory.getbasetemp()
    files = sorted(file for file in samples.iterdir() if file.suffix in {".pdf", ".md", ".txt"})

    def made() -> list[Report]:
        pipeline: Pipeline = request.getfixturevalue("pipeline")
        return list(pipeline.stream(files))

    return made_once((folder if worker_id == "master" else folder.parent) / "sample-reports", made)


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder without a head, with random weights and a tokenizer of its own: something to train from."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

    folder = tmp_path_factory.mktemp("encoder")
    words = "the a of and to plans are not reviewed often enough staff must should clear good poor | . , : # -".split()
    letters = [*"abcdefghijklmnopqrstuvwxyz0123456789", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz0123456789")]
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = {token: index for index, token in enumerate(dict.fromkeys([*specials, *words, *letters]))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    ).save_pretrained(folder)
    set_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def quick_model(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of the four roles with random weights, for tests that do not care what it says."""
    return _with_head(encoder, tmp_path_factory.mktemp("quick") / "quick-model")


@pytest.fixture
def tiny_model(encoder: Path, tmp_path: Path) -> Path:
    """The same in a folder that the test may spoil."""
    return _with_head(encoder, tmp_path / "tiny-model")


def _with_head(encoder: Path, folder: Path) -> Path:
    from transformers import AutoModelForTokenClassification, AutoTokenizer, set_seed

    set_seed(1)
    AutoModelForTokenClassification.from_pretrained(
        encoder,
        num_labels=len(ROLES),
        id2label=dict(enumerate(role.value for role in ROLES)),
        label2id={role.value: index for index, role in enumerate(ROLES)},
    ).save_pretrained(folder)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(folder)
    return folder
