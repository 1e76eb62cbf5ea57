import pytest

from llcodec._cards import read_card
from llcodec._families import FAMILIES
from llcodec._shipped import shipped_enhancers, shipped_file
from llcodec.bench.enhancers.registry import enhancer_of, is_enhancer, known_enhancers
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.errors import InputError, UnknownModelError


@pytest.mark.parametrize("name", ["none", "gamma", "clahe", "msrcr", "lime", "lecarm", "sdd"])
def test_classical_ones_go_by_their_names(name: str) -> None:
    assert enhancer_of(name).name == name


def test_programs_are_commands() -> None:
    assert enhancer_of("cmd:/usr/bin/brighten {input} {output}").name == "cmd-brighten"


def test_the_joint_network_is_one() -> None:
    enhancer = enhancer_of("joint")
    settings = enhancer.settings()
    assert enhancer.name == "joint"
    assert settings.parameters["preset"] == read_card(shipped_file(DEFAULT_MODEL)).preset
    assert settings.training_hours is not None


@pytest.mark.parametrize(
    "spec", ["", "magic", "gamma:2", "cmd:", "lime:x", "onnx:", "torch:", "smg", "smg:"]
)
def test_the_unknown_is_answered_with_the_known(spec: str) -> None:
    assert not is_enhancer(spec)
    with pytest.raises(InputError, match="unknown enhancer") as caught:
        enhancer_of(spec)
    assert all(name in str(caught.value) for name in known_enhancers())


def test_shipped_ones_are_known_by_their_names() -> None:
    for name in shipped_enhancers():
        assert any(known.partition("[")[0] == name for known in known_enhancers())
        assert enhancer_of(name).name == name


def test_weights_that_are_not_there() -> None:
    assert is_enhancer("nerco:nowhere.safetensors")
    with pytest.raises(UnknownModelError):
        enhancer_of("nerco:nowhere.safetensors")


def test_families_that_only_enhance_take_a_weight_file() -> None:
    names = [family.name for family in FAMILIES if family.kind == "enhancer"]
    assert len(names) >= 2
    for name in names:
        assert f"{name}[:PATH]" in known_enhancers()
        assert is_enhancer(f"{name}:weights.safetensors")
    assert not is_enhancer("text-guide:weights.safetensors")
