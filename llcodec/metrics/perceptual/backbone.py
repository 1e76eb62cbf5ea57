"""The networks whose features are compared: classifiers of torchvision."""

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Backbone:
    """A network of torchvision, which must be imported before any property is used.

    ``name`` is the name of the network in torchvision, ``published`` that of its weights.
    """

    name: str
    published: str

    @property
    def url(self) -> str:
        """The address of the published weights."""
        from torchvision.models import get_weight

        return str(get_weight(self.published).url)

    @property
    def file_name(self) -> str:
        """The name of the weights in PyTorch's cache, such as ``vgg16-397923af.pth``."""
        return self.url.rpartition("/")[2]

    @property
    def hash_start(self) -> str:
        """The first digits of the SHA-256 of the weights, which are part of the name."""
        return self.file_name.removesuffix(".pth").rpartition("-")[2]

    def empty_features(self) -> nn.Sequential:
        """Return the layers up to the last feature map, without memory for weights."""
        from torchvision.models import get_model

        # On the meta device, because 90 % of the weights are in the classifier, which is not used.
        with torch.device("meta"):
            features: nn.Sequential = get_model(self.name, weights=None).features
        return features


ALEXNET = Backbone("alexnet", "AlexNet_Weights.IMAGENET1K_V1")
SQUEEZENET = Backbone("squeezenet1_1", "SqueezeNet1_1_Weights.IMAGENET1K_V1")
VGG16 = Backbone("vgg16", "VGG16_Weights.IMAGENET1K_V1")
