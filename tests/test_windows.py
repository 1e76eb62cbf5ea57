from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from llcodec._windows import crossed, spans

sizes = st.integers(1, 200)


@given(data=st.data(), steps=sizes, stride=st.integers(1, 4), halo=st.integers(0, 9))
def test_cores_cover_the_axis_once_and_halos_stay_on_it(
    data: st.DataObject, steps: int, stride: int, halo: int
) -> None:
    length = steps * stride
    start, stop = sorted(stride * data.draw(st.integers(0, steps)) for _ in range(2))
    count = data.draw(st.integers(1, max(1, (stop - start) // stride)))
    found = spans(start, stop, length, count=count, halo=halo * stride, stride=stride)
    assert len(found) == count
    assert found[0].core.start == start
    assert found[-1].core.stop == stop
    for span, after in pairwise(found):
        assert span.core.stop == after.core.start
    for span in found:
        assert span.core.start % stride == span.core.stop % stride == 0
        assert span.outer.start == max(0, span.core.start - halo * stride)
        assert span.outer.stop == min(length, span.core.stop + halo * stride)
        outer = range(length)[span.outer]
        assert list(outer[span.inner]) == list(range(length)[span.core])


def test_windows_come_row_by_row() -> None:
    plane = np.zeros((5, 7), int)
    order = []
    for window in crossed(spans(0, 5, 5, count=2, halo=1), spans(0, 7, 7, count=3, halo=1)):
        plane[window.rows.core, window.columns.core] += 1
        order.append((window.rows.core.start, window.columns.core.start))
    assert (plane == 1).all()
    assert order == sorted(order)
