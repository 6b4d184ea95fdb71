"""The network of a tagger: what the tokens of a sentence hold, and what they see in each other, as logits of tags."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

_HEADS = 4


class TagNetwork(nn.Module):
    """One layer of a transformer over the tokens of a sentence, much narrower than the encoder that it reads from, and
    beside it a linear map of what each token holds (a linear probe, Alain and Bengio 2016, arXiv 1610.01644).

    ``hidden`` are the numbers that a token brings along, standardised by ``mean`` and ``spread``, ``tags`` those that
    it leaves with.
    """

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, hidden: int, tags: int, width: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(hidden))
        self.register_buffer("spread", torch.ones(hidden))
        self.enter = nn.Linear(hidden, width)
        self.layer = nn.TransformerEncoderLayer(
            width, _HEADS, 2 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.norm = nn.LayerNorm(width)
        self.leave = nn.Linear(width, tags)
        self.beside = nn.Linear(hidden, tags, bias=False)
        self.dropout = dropout

    def forward(self, sentences: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """The logits of each sentence's tokens: (tokens, hidden) becomes (tokens, tags)."""
        lengths = [len(sentence) for sentence in sentences]
        if not any(lengths):
            return [sentence.new_zeros(0, self.leave.out_features) for sentence in sentences]
        states = (torch.cat(list(sentences)) - self.mean) / self.spread
        if self.training:
            # What is dropped is dropped of all tokens of a batch; drawn for each, it would take most of the time.
            states = states * nn.functional.dropout(torch.ones_like(self.mean), self.dropout)
        seen = nn.functional.dropout(nn.functional.gelu(self.enter(states)), self.dropout, self.training)
        padded = pad_sequence(list(torch.split(seen, lengths)), batch_first=True)
        behind = torch.arange(max(lengths)) >= torch.tensor(lengths)[:, None]
        seen = self.layer(padded, src_key_padding_mask=behind)[~behind]
        logits = self.leave(self.norm(seen)) + self.beside(states)
        return list(torch.split(logits, lengths))
