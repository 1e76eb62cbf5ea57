import pytest

from llcodec._operations import Encoding
from llcodec.batch.crew import Cluster, Crew
from llcodec.batch.tasks import Settings
from llcodec.errors import InputError

pytestmark = [pytest.mark.extra("ray"), pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "127.0.0.1:99999"])
def test_a_cluster_that_does_not_answer_is_one_line(address: str) -> None:
    crew = Crew(Cluster(address), Settings(Encoding(), frozenset()))
    with pytest.raises(InputError, match=f"no Ray cluster answers at {address}: "):
        crew.__enter__()
