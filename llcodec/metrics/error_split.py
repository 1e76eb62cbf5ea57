"""Split an error into global tone and local detail, and bound what a single gain can reach."""

import math

import numpy as np

from llcodec._arrays import Pixels

_GAINS = np.exp(np.linspace(math.log(0.25), math.log(64.0), 121))


def local_psnr(picture: Pixels, reference: Pixels) -> float:
    """Return the PSNR in dB after the global tone is corrected.

    Each channel of H×W×3 8-bit ``picture`` gets the gain and offset that fit ``reference`` best in
    the least-squares sense. The difference to the plain PSNR is the global part of the error; the
    remaining error is local: detail, noise, local colour and local brightness. Infinite for
    pictures that are equal up to gain and offset.
    """
    squares = 0.0
    for channel in range(3):
        x = picture[..., channel].astype(np.float64).ravel()
        y = reference[..., channel].astype(np.float64).ravel()
        variance = float(x.var())
        covariance = float(((x - x.mean()) * (y - y.mean())).mean())
        explained = covariance**2 / variance if variance > 0 else 0.0
        squares += max(0.0, float(y.var()) - explained) / 3
    return math.inf if squares < 1e-9 else 10 * math.log10(255**2 / squares)


def best_gain_psnr(low: Pixels, reference: Pixels) -> float:
    """Return the best PSNR in dB of ``low`` times any single gain, clipped and rounded to 8 bits.

    This is the upper bound for brightening by one number if the reference is known. An enhancer
    should exceed it. Gains from 1/4 to 64 are tried in steps of 5 %, then finer.
    """
    levels = np.arange(256)
    count = np.bincount(low.ravel(), minlength=256)
    wanted = np.bincount(low.ravel(), reference.ravel().astype(np.float64), minlength=256)
    squares = float(np.square(reference.astype(np.float64)).sum())

    def error(gain: float) -> float:
        scaled = np.clip(np.round(levels * gain), 0, 255)
        return float((count * scaled**2 - 2 * scaled * wanted).sum() + squares) / low.size

    best = min(_GAINS, key=error)
    least = min(error(gain) for gain in best * np.exp(np.linspace(-0.05, 0.05, 41)))
    return math.inf if least < 1e-9 else 10 * math.log10(255**2 / least)
