"""What is known of a plan once it is whole: what the run and the answer go by, worked out once for all operations."""

from engine.plan.plan import Access, Mode, Place, Plan, Spot, values


def finish(plan: Plan) -> Plan:
    """The plan, with everything filled in that follows from its steps."""
    for branch in plan.branches:
        branch.columns = frozenset().union(*(spot.columns for spot in branch.spots if spot.folded_into is None))
    for place in plan.places:
        place.straight = _straight(place)
    for spot in plan.spots:
        spot.steps = [place for place in spot.places if place.joined is None]
        joined = [place.joined for place in spot.places if place.joined is not None]
        spot.width = sum(values(one.entries) for one in (spot, *joined))
    for place in plan.places:
        place.last = place.straight and not leads_on(place)
    plan.refusing = tuple(spot for spot in plan.spots if spot.refusing)
    plan.waits = tuple(len(call.branches) for call in plan.calls)
    plan.outright = _outright(plan)
    return plan


def lone(spot: Spot) -> bool:
    """Whether there is one row at most, since nothing but edges to one lead here."""
    place = spot.place
    return place is None or (place.mode in {Mode.ONE, Mode.FOLD} and lone(place.spot))


def _straight(place: Place) -> bool:
    """Whether an edge decides nothing but the keys of one call, which is made for this edge alone."""
    return place.access is Access.OPEN and _alone(place) and place.branches[0].gate is None


def _alone(place: Place) -> bool:
    """Whether an edge is one call, which is made for it alone."""
    if not place.plain:
        return False
    (branch,) = place.branches
    return branch.call is not None and len(branch.call.branches) == 1 and branch.count is None


def leads_on(place: Place) -> bool:
    """Whether edges begin where one leads."""
    return any(spot.steps for branch in place.branches for spot in branch.spots)


def _outright(plan: Plan) -> bool:
    """Whether one function can run the plan: nothing is refused beforehand, and no two edges share a call.

    Of the edges of an object at most one may lead further: several would have to be followed side by side.
    """
    if any(entry.access is Access.NEVER for spot in plan.refusing for entry in spot.refusing):
        return False
    for place in plan.places:
        if place.mode is Mode.FOLD:
            if place.joined is None and leads_on(place):
                return False
        elif not _alone(place) or (place.key_of is None and not lone(place.spot)):
            return False
    return all(sum(leads_on(place) for place in spot.steps) <= 1 for spot in plan.spots)
