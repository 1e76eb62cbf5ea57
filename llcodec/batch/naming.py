"""Name the outputs of a job."""

from llcodec._operations import Enhancing, Verifying
from llcodec._output_names import Name, enhanced_name, with_suffix
from llcodec.batch.tasks import Settings


def output_name(settings: Settings) -> Name | None:
    """Return the rule that names outputs, that of ``llc encode`` and its like.

    None if there are no outputs.
    """
    operation, keep = settings.operation, settings.keep_suffix
    if isinstance(operation, Verifying):
        return None
    if isinstance(operation, Enhancing):
        return enhanced_name(settings.suffix, settings.suffixes, keep_suffix=keep)
    assert settings.suffix is not None
    return with_suffix(settings.suffix, settings.suffixes, keep_suffix=keep)
