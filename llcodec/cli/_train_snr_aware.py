"""``llc train snr-aware``: the supervised enhancer that benchmarks compare with."""

import math

from llcodec.cli import _train_common as options
from llcodec.cli._train_common import chosen_recipe, end_run


def snr_aware(
    data: options.Data,
    out: options.Out,
    shuffle_buffer: options.Buffer = options.DEFAULT_BUFFER,
    preset: options.Preset = "snr-aware-compact",
    recipe: options.RecipeFile = None,
    changes: options.Changes = None,
    resume: options.Resume = False,
    max_hours: options.MaxHours = math.inf,
    device: options.DeviceName = "auto",
    tensorboard: options.WithTensorBoard = False,
    threads: options.Threads = None,
) -> None:
    """Train SNR-Aware (CVPR 2022), an enhancer without a codec, from pairs.

    Ctrl-C writes a checkpoint and ends with exit code 75.
    """
    from llcodec._threads import use_threads
    from llcodec.data.folders import DataFolders
    from llcodec.training.run_options import RunOptions
    from llcodec.training.snr_aware import run_snr_aware
    from llcodec.training.snr_aware_recipe import SNR_AWARE

    use_threads(threads)
    chosen = chosen_recipe(preset, recipe, changes, SNR_AWARE)
    run = RunOptions(resume, max_hours, device, tensorboard)
    done = run_snr_aware(chosen, DataFolders.find(data, shuffle_buffer), out, run)
    end_run(out, done=done)
