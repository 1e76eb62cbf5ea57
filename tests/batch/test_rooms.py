from llcodec.batch.rooms import USUAL, Rooms


def test_every_worker_has_its_share() -> None:
    rooms = Rooms(limit=60)
    for worker in range(3):
        rooms.add(worker, "node")
    for worker in range(3):
        share = rooms.share(worker)
        assert share == 20
        for _ in range(2):  # a second task waits for the first
            assert rooms.fits(worker, share)
            rooms.claim(worker, share)


def test_a_large_picture_needs_room() -> None:
    rooms = Rooms(limit=60)
    for worker in "abc":
        rooms.add(worker, "node")
        rooms.claim(worker, 20)
    assert not rooms.fits("a", 30)
    rooms.release("b", 20)
    assert rooms.fits("a", 40)
    assert not rooms.fits("a", 41)
    rooms.claim("a", 40)
    assert not rooms.fits("b", 20)
    rooms.release("a", 40)
    assert rooms.fits("b", 20)


def test_a_picture_above_the_limit_is_alone() -> None:
    rooms = Rooms(limit=60)
    for worker in "ab":
        rooms.add(worker, "node")
    rooms.add("far", "other")
    rooms.claim("far", 60)
    rooms.claim("b", 30)
    assert not rooms.fits("a", 100)
    rooms.remove("b")
    assert rooms.fits("a", 100)
    rooms.claim("a", 100)
    rooms.add("c", "node")
    assert not rooms.fits("c", 1)


def test_without_a_limit_each_has_the_usual() -> None:
    rooms = Rooms()
    for worker in "ab":
        rooms.add(worker, "node")
    assert rooms.share("a") == USUAL
    rooms.claim("a", USUAL)
    assert rooms.fits("b", USUAL)
    assert not rooms.fits("b", USUAL + 1)
