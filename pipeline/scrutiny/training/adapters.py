"""Low-rank adapters beside an encoder's weights, by peft."""

from __future__ import annotations

from typing import Any

import torch

from scrutiny.errors import ConfigError
from scrutiny.training.config import Lora


def adapted(model: Any, lora: Lora) -> Any:
    """``model`` with adapters, as a ``peft.PeftModel``: they and its head are trained, nothing else of it.

    Raises:
        ConfigError: peft is not installed, or the encoder has no linear layer of a name that is given.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        raise ConfigError(
            "model -> lora: training adapters needs peft.", remedy="Install it with: pip install 'scrutiny[lora]'"
        ) from None
    encoder = model.base_model.named_modules()
    linear = [f".{name}" for name, part in encoder if isinstance(part, torch.nn.Linear)]
    targets = [] if isinstance(lora.target, str) else list(lora.target)
    # peft passes over a name that it does not find if it finds another.
    for target in targets:
        if not any(name.endswith(f".{target}") for name in linear):
            names = sorted({name.rpartition(".")[2] for name in linear})
            raise ConfigError(
                f"model -> lora -> target: the encoder has no linear layer called {target!r}.",
                remedy=f"Accepted there: all-linear, or a list of {', '.join(names)}.",
            )
    # What stands beside the encoder and has weights.
    head = [name for name, part in model.named_children() if part is not model.base_model and [*part.parameters()]]
    return get_peft_model(
        model,
        LoraConfig(
            r=lora.rank,
            lora_alpha=lora.alpha,  # type: ignore[arg-type] # it need not be whole
            lora_dropout=lora.dropout,
            target_modules=targets or "all-linear",
            exclude_modules=head,
            modules_to_save=head,
        ),
    )
