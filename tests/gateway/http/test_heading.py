"""What is made of the headers of a request."""

from gateway.http.heading import Heading


def test_ids_of_requests_do_not_tell_how_many_there_were() -> None:
    made = [Heading.of(()).request() for _ in range(600)]
    assert len(set(made)) == len(made)
    # Whichever part of them is looked at, it neither stays nor grows.
    for start in range(0, 32, 8):
        parts = [one[start : start + 8] for one in made]
        assert len(set(parts)) > 590
        assert parts != sorted(parts)
