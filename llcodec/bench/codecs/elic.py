"""ELIC (He et al., CVPR 2022) as CompressAI has it, with a shape that a small file can hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from llcodec.bench.codecs.compressai_weights import compressai

_HYPER = 4  # latents for each hyper-latent, along each side


class Elic(nn.Module):
    """CompressAI's network; the shapes of all its latents follow from the hyper-latents'."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network
        self.N = int(network.g_a[0].out_channels)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> "Elic":
        """Return the network of a checkpoint.

        Raises LookupError or RuntimeError if it is another network's, InputError if CompressAI is
        not installed.
        """
        return cls(compressai("models.sensetime").Elic2022Official.from_state_dict(state))

    def update(self) -> None:
        """Make the tables of probabilities that streams are coded with."""
        self.network.update()

    def compress(self, x: Tensor) -> dict[str, Any]:
        """Return the streams of a picture, 1×3×H×W in [0, 1], and the hyper-latents' shape."""
        coded = self.network.compress(x)
        return {"strings": coded["strings"], "shape": tuple(coded["shape"]["hyper"])}

    def decompress(
        self, strings: Sequence[Sequence[bytes]], shape: tuple[int, int]
    ) -> dict[str, Tensor]:
        """Return the picture, ``x_hat``, of what :meth:`compress` returned.

        Raises ValueError if the number of streams is another.
        """
        groups = self.network.groups
        if len(strings) != 2 * len(groups) + 1:  # two for each group, and the hyper-latents'
            raise ValueError(f"{len(strings)} streams")
        latents = tuple(_HYPER * side for side in shape)
        shapes = {"y": [(count, *latents) for count in groups], "hyper": shape}
        decoded: dict[str, Tensor] = self.network.decompress(strings, shapes)
        return decoded
