import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec.data.folders import DataFolders
from llcodec.errors import LlcError
from projects.text_guide.contrast import TextGuideRecipe
from projects.text_guide.trainer import TextGuideTrainer


@pytest.mark.extra("open_clip")
def test_the_scale_stays_below_its_limit(
    pair_folder: Path, photograph_folder: Path, text_guide_recipe: TextGuideRecipe, tmp_path: Path
) -> None:
    folders = DataFolders.sort([pair_folder, photograph_folder])
    recipe = replace(
        text_guide_recipe, steps=4, batch=4, most_scale=1.01, learning_rate=0.1, warmup=0
    )
    trainer = TextGuideTrainer(
        recipe, folders.read_pairs("train"), folders.read_photographs(), [], tmp_path
    )
    trainer.run()
    scale = float(trainer.model.logit_scale.detach().exp())
    assert 0 < scale <= 1.01 + 1e-6
    assert math.isfinite(
        float(np.sum([p.detach().abs().sum() for p in trainer.model.parameters()]))
    )


@pytest.mark.extra("open_clip")
def test_a_guide_whose_loss_is_no_number_says_so(
    pair_folder: Path, photograph_folder: Path, text_guide_recipe: TextGuideRecipe, tmp_path: Path
) -> None:
    folders = DataFolders.sort([pair_folder, photograph_folder])
    recipe = replace(text_guide_recipe, steps=9, batch=4, patience=3)
    trainer = TextGuideTrainer(
        recipe, folders.read_pairs("train"), folders.read_photographs(), [], tmp_path
    )
    before = [p.detach().clone() for p in trainer.model.parameters()]
    trainer.model.logit_scale.data.fill_(math.nan)
    with pytest.raises(LlcError, match="3 losses in a row not finite"):
        trainer.run()
    after = [p.detach() for p in trainer.model.parameters()]
    same = [torch.equal(a, b) for a, b in zip(before, after, strict=True)]
    assert same.count(False) == 1  # the scale alone
