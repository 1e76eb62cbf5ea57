from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from llcodec.nerco import normalisation
from llcodec.nerco.coordinates import Coordinates, coordinates, positional_encoding
from llcodec.nerco.normalisation import NeuralRepresentationNormalisation, PixelMlp
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.views import View, to_signed, to_unit, view_of_whole
from llcodec.nerco.windows import Area


def test_normalised_pictures_are_pictures(tiny: NercoPreset, low: View) -> None:
    nrn = NeuralRepresentationNormalisation(tiny)
    out = nrn(low)
    assert out.shape == low.picture.shape
    assert out.isfinite().all()


def test_coordinates_change_the_output(tiny: NercoPreset, low: View) -> None:
    nrn = NeuralRepresentationNormalisation(tiny)
    rows, columns = low.coordinates.rows, low.coordinates.columns
    here = nrn(low)
    for moved in (Coordinates(rows + 0.1, columns), Coordinates(rows, columns + 0.1)):
        there = nrn(replace(low, coordinates=moved))
        assert (there - here).abs().max() > 1e-6
    rows.requires_grad_(), columns.requires_grad_()
    nrn(low).sum().backward()
    for place in (rows, columns):
        assert place.grad is not None
        assert place.grad.abs().min() > 0


def test_training_reaches_the_encoding(tiny: NercoPreset, low: View) -> None:
    nrn = NeuralRepresentationNormalisation(tiny)
    (nrn(low) - low.picture).abs().mean().backward()
    for layer in (nrn.mlp.from_rows, nrn.mlp.from_columns):
        assert layer.weight.grad is not None
        assert (layer.weight.grad.abs().sum(0) > 0).all()  # each of the 2L numbers


def test_exposure_and_contrast_are_normalised(
    tiny: NercoPreset, make_view: Callable[..., View]
) -> None:
    """A picture and the same one darker come out alike (Fig. 3)."""
    nrn = NeuralRepresentationNormalisation(tiny)
    dark, darker = make_view(5, 0.2), make_view(5, 0.1)
    distance = (to_unit(dark.picture) - to_unit(darker.picture)).abs().mean()
    after = (to_unit(nrn(dark)) - to_unit(nrn(darker))).abs().mean()
    assert after < 0.1 * distance


@pytest.mark.parametrize("neighbourhood", [1, 3])
def test_the_mlp_sees_features_and_encoded_coordinates_side_by_side(neighbourhood: int) -> None:
    """It is the multilayer perceptron of Eq. 1 on (E, γ(X)), written out."""
    torch.manual_seed(0)
    mlp = PixelMlp(4, neighbourhood, 8, 8)
    features, at = torch.randn(2, 4, 6, 5), coordinates(6, 5)
    out = mlp(features, at)
    around = torch.nn.functional.unfold(features, neighbourhood, padding=neighbourhood // 2)
    rows = positional_encoding(at.rows, 8)[0][:, None].expand(6, 5, 16).reshape(30, 16)
    columns = positional_encoding(at.columns, 8)[0][None].expand(6, 5, 16).reshape(30, 16)
    whole = torch.cat((around.mT, rows.expand(2, -1, -1), columns.expand(2, -1, -1)), 2)
    weight = torch.cat(
        (mlp.from_features.weight.flatten(1), mlp.from_rows.weight, mlp.from_columns.weight), 1
    )
    hidden = torch.nn.functional.linear(whole, weight, mlp.from_features.bias)
    for layer in mlp.layers:
        if isinstance(layer, torch.nn.Conv2d):
            hidden = torch.nn.functional.linear(hidden, layer.weight[..., 0, 0], layer.bias)
        else:
            hidden = layer(hidden)
    torch.testing.assert_close(out, hidden.mT.reshape(2, 3, 6, 5), atol=1e-5, rtol=1e-4)
    assert sum(isinstance(m, torch.nn.ReLU) for m in mlp.layers) == 3  # hidden layers


def test_bands_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    mlp, features = PixelMlp(4, 3, 8, 8), torch.randn(1, 4, 13, 9)
    whole = mlp(features, coordinates(13, 9))
    monkeypatch.setattr(normalisation, "_BAND_PIXELS", 36)
    torch.testing.assert_close(mlp(features, coordinates(13, 9)), whole)


def test_every_picture_of_a_batch_has_its_own_place(
    tiny: NercoPreset, make_view: Callable[..., View]
) -> None:
    nrn = NeuralRepresentationNormalisation(tiny)
    both = make_view(1, batch=2)
    at = both.coordinates
    alone = View(both.picture[1:], both.overview[1:], Coordinates(at.rows[1:], at.columns[1:]))
    torch.testing.assert_close(nrn(both)[1:], nrn(alone), atol=1e-5, rtol=1e-4)


def test_training_makes_it_follow_the_picture(tiny: NercoPreset) -> None:
    nrn = NeuralRepresentationNormalisation(tiny)
    ramp = torch.linspace(0.02, 0.4, 48).expand(1, 3, 32, 48)
    whole = view_of_whole(ramp)
    optimiser = torch.optim.Adam(nrn.parameters(), 1e-2)
    losses = []
    for _ in range(60):
        loss = (nrn(whole) - whole.picture).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]


def test_windows_agree_with_the_whole_in_compact(compact: NercoPreset) -> None:
    nrn = NeuralRepresentationNormalisation(compact)
    x = torch.rand(1, 3, 64, 96)
    whole = view_of_whole(x)
    at = coordinates(64, 96, Area(0, 32, 64, 64))
    part = View(to_signed(x[..., 32:]), whole.overview, at)
    torch.testing.assert_close(nrn(part)[..., 32:], nrn(whole)[..., 64:], atol=1e-5, rtol=1e-4)
