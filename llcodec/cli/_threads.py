"""How many threads compute."""


def use_threads(number: int | None) -> None:
    """Compute with so many threads from now on; None leaves it to PyTorch."""
    if number is not None:
        import torch

        torch.set_num_threads(number)
