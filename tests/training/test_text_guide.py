import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llcodec.data.folders import DataFolders
from llcodec.training.text_contrast import TextGuideRecipe
from llcodec.training.text_guide import TextGuideTrainer


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
