"""Clinical rights by the table of access and the meaning of its words, both typed here a second time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auth.assurance import Assurance, Level
from auth.clinical import CLINICAL
from auth.facts import Accredited, Appointment, Facts, Lead, Post, Terms, Trainee
from auth.permissions import Permission as P
from auth.viewer import Viewer, Viewers
from auth.workplace import ORDINARY, Acting
from tests.auth.facts import CALM, DESK, DOCTORS, HIGHER, NOON, NOTHING, NURSES, SECONDARY
from tests.authorization.table import access

ME, SUPERVISOR, TRAINEE, ACCOUNT = 1, 2, 3, "1000000001"
LONG_AGO, TICK = NOON - timedelta(days=30), timedelta.resolution
DAY = date(2020, 1, 1)
AGED = {"": None, "!": timedelta(minutes=15), "~": timedelta(hours=12)}
# What each kind of row has of the columns that rules look at.
KEYS = {
    "cares": "carers",
    "supervised": "carers",
    "nursing": "nursing_carers",
    "tutored": "tutors",
    "ward": "departments",
    "trusted": "trusted",
    "ward_trusted": "ward_trusted",
    "emergency": "opened",
    "emergency_confirmed": "confirmed",
    "opener": "opened",
    "party": "opened",
    "inquiry": "inquirers",
    "patient": "accounts",
    "desk": "organizations",
    "here": "organization",
    "org": "organization",
    "own": "author",
}


@dataclass(frozen=True)
class About:
    """What a row is about, in the words of people."""

    carers: frozenset[tuple[int, int]]  # who, where
    opened: frozenset[tuple[int, int]]
    confirmed: bool
    departments: frozenset[int]
    cases: frozenset[tuple[str, int | None]]  # of the viewer, in which office, and where
    accounts: frozenset[str]
    organization: int
    nursing: bool
    author: int
    fits: str | None  # the specialty that fits, where it is specially protected
    consent: bool

    @property
    def row(self) -> Any:
        """The row as a store would give it."""
        carers = [f"{who}@{where}" for who, where in self.carers]
        trusts = self.consent and self.fits is not None
        opened = [f"{who}@{where}" for who, where in self.opened]
        return _Row(
            carers=carers,
            nursing_carers=carers if self.nursing else [],
            tutors=[f"{carer}>{self.author}" for carer in carers],
            departments=list(self.departments),
            trusted=[f"{carer}#{self.fits}" for carer in carers] if trusts else [],
            ward_trusted=[f"{unit}#{self.fits}" for unit in self.departments] if trusts else [],
            opened=opened,
            confirmed=opened if self.confirmed else [],
            inquirers=[f"{office}{'' if place is None else f'@{place}'}:{ACCOUNT}" for office, place in self.cases],
            accounts=list(self.accounts),
            organizations=[self.organization],
            organization=self.organization,
            author=self.author,
        )


@dataclass
class _Row:
    carers: list[str]
    nursing_carers: list[str]
    tutors: list[str]
    departments: list[int]
    trusted: list[str]
    ward_trusted: list[str]
    opened: list[str]
    confirmed: list[str]
    inquirers: list[str]
    accounts: list[str]
    organizations: list[int]
    organization: int
    author: int


@dataclass(frozen=True)
class Case:
    """A viewer, and what he said of himself."""

    facts: Facts
    chosen: int | None
    shown: timedelta | None
    principal: Facts | None = None


PLACES = st.integers(1, 2)
RECORDS = st.builds(
    lambda kind, state, until, place, specialty: Accredited(
        0, kind, state, LONG_AGO, until, None, place, SUPERVISOR if kind == "TEMPORARY" else None, specialty
    ),
    st.sampled_from(("PERMANENT", "PERMANENT", "TEMPORARY")),
    st.sampled_from(("ACTIVE", "ACTIVE", "ACTIVE", "UNDER_REVIEW", "SUSPENDED")),
    st.sampled_from((None, NOON + TICK, NOON)),
    PLACES,
    st.sampled_from((HIGHER, HIGHER, SECONDARY)),
)
TRADES = {"doctor": (DOCTORS, HIGHER), "nurse": (NURSES, SECONDARY), "desk": (DESK, HIGHER), "other": (NOTHING, HIGHER)}


@st.composite
def people(draw: Any) -> Facts:
    """Somebody with up to two posts, up to two records, and what else he is."""
    trades = draw(st.lists(st.tuples(st.sampled_from(sorted(TRADES)), PLACES, st.booleans()), max_size=2))
    mains = [number for number, (_, _, main) in enumerate(trades) if main][:1]
    posts = tuple(
        Post(place, place * 10, TRADES[trade][0], DAY, None, number + 1, number in mains)
        for number, (trade, place, _) in enumerate(trades)
    )
    records = tuple(replace(record, id=key) for key, record in enumerate(draw(st.lists(RECORDS, max_size=2)), 1))
    leads = draw(st.lists(st.sampled_from((Lead(1, 10), Lead(2, 20), Lead(1, None))), max_size=2))
    functions = draw(st.lists(st.sampled_from(("INS", "REG", "PAT", "MIS", "AUD")), max_size=1))
    return Facts(
        ACCOUNT,
        Assurance(draw(st.sampled_from((Level.CONFIRMED,) * 5 + (Level.UNCONFIRMED,))), LONG_AGO),
        ME,
        posts,
        tuple(leads),
        records,
        (Trainee(TRAINEE, LONG_AGO, None, draw(PLACES)),) if draw(st.booleans()) else (),
        tuple(Appointment(name, 1 if name == "MIS" else None, LONG_AGO, None) for name in functions),
        terms=draw(st.sampled_from((Terms("1", LONG_AGO, None),) * 3 + (None,))),
    )


@st.composite
def cases(draw: Any) -> Case:
    """A viewer at NOON, perhaps at a workplace that he chose, perhaps on somebody's behalf."""
    some = draw(people())
    shown = draw(st.sampled_from([None, *map(_minutes, (0, 15, 16, 720, 721))]))
    factor = None if shown is None else NOON - shown
    some = replace(some, assurance=replace(some.assurance, second_factor_at=factor))
    principal = None
    if any(one.function == "MIS" for one in some.appointments) and draw(st.booleans()):
        principal = replace(draw(people()), subject="2000000002", appointments=())
    return Case(some, draw(st.sampled_from((None, 1, 2))), shown, principal)


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def abouts() -> st.SearchStrategy[About]:
    """What a row may be about."""
    who = st.frozensets(st.tuples(st.sampled_from((ME, SUPERVISOR)), PLACES), max_size=2)
    office = st.sampled_from((("INS", None), ("REG", None), ("HED", 1), ("HED", 2)))
    return st.builds(
        About,
        carers=who,
        opened=who,
        confirmed=st.booleans(),
        departments=st.frozensets(st.sampled_from((10, 20)), max_size=1),
        cases=st.frozensets(office, max_size=2),
        accounts=st.frozensets(st.sampled_from((ACCOUNT, "3000000003")), max_size=1),
        organization=PLACES,
        nursing=st.booleans(),
        author=st.sampled_from((ME, TRAINEE)),
        fits=st.sampled_from((None, HIGHER, "31.08.20")),
        consent=st.booleans(),
    )


def workplace(case: Case) -> tuple[Facts, Post | None]:
    """Whose post counts, and which: the chosen one, the main one, the only one."""
    person = case.principal or case.facts
    if case.facts.assurance.level is not Level.CONFIRMED:
        return person, None
    posts = [post for post in person.posts if case.principal is None or post.organization_id == 1]
    if case.chosen is not None:
        return person, next((post for post in posts if post.id == case.chosen), None)
    main = [post for post in posts if post.main]
    return person, (main or posts)[0] if main or len(posts) == 1 else None


def in_force(person: Facts, post: Post) -> Iterator[Accredited]:
    """The records that count in a post."""
    for record in person.accreditations:
        live = record.state in {"ACTIVE", "UNDER_REVIEW"} and record.valid_to in {None, NOON + TICK}
        fits: dict[object, set[str]] = {
            DOCTORS: {HIGHER},
            NURSES: {SECONDARY, HIGHER} if record.kind == "TEMPORARY" else {SECONDARY},
        }
        counts = live and person.terms is not None and record.place_id == post.organization_id
        if counts and record.specialty_code in fits.get(post.practices, set()):
            yield record


def roles(person: Facts, post: Post | None) -> set[str]:
    """What somebody is in a post."""
    if post is None:
        return set()
    found = {"DSK"} if post.practices == DESK else set[str]()
    for record in in_force(person, post):
        found.add("TMP" if record.kind == "TEMPORARY" else "DOC" if post.practices == DOCTORS else "NUR")
    return found | {"SUP"} if "DOC" in found else found


def offices(case: Case) -> set[str]:
    """What an account is wherever it works."""
    if case.facts.assurance.level is not Level.CONFIRMED:
        return set()
    heads = any(one.department_id is None for one in case.facts.leads)
    works = any(post.organization_id == 1 for post in case.facts.posts)
    return {one.function for one in case.facts.appointments} | ({"HED"} if heads and works else set())


def holds(rule: str, role: str, person: Facts, post: Post | None, about: About) -> bool:
    """Whether a word of the table is true of somebody and of what a row is about."""
    here = None if post is None else post.organization_id
    mine, led = (ME, here) in about.carers, _led(person, here) & about.departments
    specialties = {one.specialty_code for one in in_force(person, post) if one.kind == "PERMANENT"} if post else set()
    trusted = about.consent and about.fits is not None and about.fits in specialties
    tutored = {one.practitioner_id for one in person.trainees if one.place_id == here}
    meanings = {
        "cares": mine,
        "supervised": (SUPERVISOR, here) in about.carers,
        "nursing": mine and about.nursing,
        "tutored": mine and about.author in tutored,
        "ward": bool(led),
        "trusted": mine and trusted,
        "ward_trusted": bool(led) and trusted,
        "emergency": (ME, here) in about.opened,
        "emergency_confirmed": (ME, here) in about.opened and about.confirmed,
        "opener": (ME, here) in about.opened,
        "party": (ME, here) in about.opened,
        "inquiry": (role, 1 if role == "HED" else None) in about.cases,
        "all": True,
        "patient": ACCOUNT in about.accounts,
        "desk": about.organization == here,
        "here": about.organization == here,
        "own": about.author == ME,
        # Who leads a department sees what is of the organisation where he does.
        "org": about.organization == here and bool(_led(person, here)) if role == "SUP" else about.organization == 1,
    }
    return meanings[rule]


def _led(person: Facts, here: int | None) -> set[int]:
    return {one.department_id for one in person.leads if one.organization_id == here and one.department_id is not None}


def allowed(case: Case, permission: str, about: About) -> bool:
    """What the table says."""
    person, post = workplace(case)
    row = access()[permission]
    if case.principal is not None and "behalf" in row.get("MIS", ()):
        for role in roles(person, post):
            words = {word.rstrip("!~") for word in row.get(role, ())} - {"emergency", "emergency_confirmed"}
            if any(holds(word, role, person, post, about) for word in words):
                return True
    held = offices(case) | (roles(person, post) if case.principal is None else set())
    for role in held:
        for word in row.get(role, ()):
            rule, age = word.rstrip("!~"), AGED[word[len(word.rstrip("!~")) :]]
            fresh = age is None or (case.shown is not None and case.shown <= age)
            if rule != "behalf" and fresh and holds(rule, role, person, post, about):
                return True
    return False


def viewer_of(case: Case) -> Viewer:
    """The viewer of a case."""
    return Viewer(case.facts, NOON, acting=Acting(case.chosen, case.principal))


RECORD = Accredited(1, "PERMANENT", "ACTIVE", LONG_AGO, None, None, 1, None, HIGHER)
MAIN = Post(1, 10, DOCTORS, DAY, None, 1, main=True)
SECOND = Post(2, 20, DOCTORS, DAY, None, 2)
SURE = Assurance(Level.CONFIRMED, LONG_AGO, NOON)
DOCTOR = Facts(ACCOUNT, SURE, ME, (MAIN,), (), (RECORD,), terms=Terms("1", LONG_AGO, None))
BOTH = replace(DOCTOR, posts=(MAIN, SECOND), accreditations=(RECORD, replace(RECORD, id=2, place_id=2)))
NURSE = replace(
    DOCTOR, posts=(replace(MAIN, practices=NURSES),), accreditations=(replace(RECORD, specialty_code=SECONDARY),)
)
INTERN = replace(DOCTOR, accreditations=(replace(RECORD, kind="TEMPORARY", supervisor_id=SUPERVISOR),))
OFFICER = Facts(ACCOUNT, SURE)
SYSTEM = replace(OFFICER, appointments=(Appointment("MIS", 1, LONG_AGO, None),))
PEOPLE = (
    DOCTOR,
    replace(DOCTOR, leads=(Lead(1, 10), Lead(2, 20)), trainees=(Trainee(TRAINEE, LONG_AGO, None, 1),)),
    replace(BOTH, leads=(Lead(2, 20),), trainees=(Trainee(TRAINEE, LONG_AGO, None, 2),)),
    replace(BOTH, accreditations=(RECORD,)),
    replace(DOCTOR, accreditations=(replace(RECORD, specialty_code=SECONDARY),)),
    replace(DOCTOR, accreditations=(replace(RECORD, specialty_code="31.08.20"),)),
    replace(DOCTOR, accreditations=(replace(RECORD, state="SUSPENDED"),), leads=(Lead(1, 10), Lead(1, None))),
    replace(DOCTOR, terms=None, leads=(Lead(1, 10),)),
    replace(NURSE, leads=(Lead(1, 10),)),
    replace(NURSE, accreditations=(RECORD,)),
    INTERN,
    replace(INTERN, posts=(replace(MAIN, practices=NURSES),)),
    replace(DOCTOR, posts=(replace(MAIN, practices=DESK),)),
    replace(DOCTOR, posts=(replace(MAIN, practices=NURSES), replace(SECOND, organization_id=1))),
    replace(DOCTOR, assurance=replace(SURE, level=Level.UNCONFIRMED)),
    *(
        replace(OFFICER, appointments=(Appointment(name, None, LONG_AGO, None),))
        for name in ("INS", "REG", "PAT", "AUD")
    ),
    SYSTEM,
)
NOTHING_ABOUT = About(
    frozenset(), frozenset(), False, frozenset(), frozenset(), frozenset(), 3, False, 9, None, False
)  # fmt: skip
# What a row can be about, one thing after the other, and all that hangs together.
ABOUT = [
    NOTHING_ABOUT,
    *(replace(NOTHING_ABOUT, carers=frozenset({(who, place)})) for who in (ME, SUPERVISOR) for place in (1, 2)),
    *(
        replace(NOTHING_ABOUT, carers=frozenset({(ME, 1)}), nursing=nursing, author=TRAINEE)
        for nursing in (True, False)
    ),
    *(replace(NOTHING_ABOUT, opened=frozenset({(ME, 1)}), confirmed=confirmed) for confirmed in (True, False)),
    *(replace(NOTHING_ABOUT, departments=frozenset({unit})) for unit in (10, 20)),
    *(replace(NOTHING_ABOUT, cases=frozenset({one})) for one in (("INS", None), ("REG", None), ("HED", 1), ("HED", 2))),
    *(replace(NOTHING_ABOUT, organization=place) for place in (1, 2)),
    replace(NOTHING_ABOUT, accounts=frozenset({ACCOUNT})),
    *(
        replace(NOTHING_ABOUT, carers=frozenset({(ME, 1)}), departments=frozenset({10}), fits=fits, consent=consent)
        for fits in (HIGHER, "31.08.20")
        for consent in (True, False)
    ),
]
FACTORS = [None, *map(_minutes, (15, 16, 720, 721))]


def every_case() -> Iterator[Case]:
    """Everybody with every age of the factor at every workplace, and the service account on behalf of each."""
    for person in PEOPLE:
        for shown in FACTORS:
            factor = None if shown is None else NOON - shown
            some = replace(person, assurance=replace(person.assurance, second_factor_at=factor))
            for chosen in (None, 1, 2):
                yield Case(some, chosen, shown)
        for chosen in (None, 1, 2):
            account = replace(SYSTEM, assurance=replace(SURE, second_factor_at=None))
            yield Case(account, chosen, None, replace(person, subject="2000000002", appointments=()))


def test_a_clinical_right_is_what_the_table_says() -> None:
    rows = [(about, about.row) for about in ABOUT]
    seen: set[tuple[str, bool]] = set()
    for case in every_case():
        viewer = viewer_of(case)
        for permission in CLINICAL:
            verdict = viewer[permission]
            for about, row in rows:
                wanted = allowed(case, permission, about)
                assert verdict.allows(row, KEYS) is wanted, (case, permission, about)
                seen.add((permission, wanted))
    # Nobody of these is accredited for telemedicine, which alone conducts.
    never = {("clinical:teleconsultation:conduct", True)}
    assert seen == {(one, given) for one in CLINICAL for given in (True, False)} - never


@CALM
@given(cases(), abouts())
def test_it_is_so_for_whatever_comes_together(case: Case, about: About) -> None:
    viewer, row = viewer_of(case), about.row
    for permission in CLINICAL:
        assert viewer[permission].allows(row, KEYS) is allowed(case, permission, about), permission


@CALM
@given(cases())
def test_a_kept_viewer_is_as_a_new_one_wherever_and_for_whomever_he_asks(case: Case) -> None:
    viewers = Viewers(demo=False)
    every = [ORDINARY, *(Acting(chosen, who) for chosen in (None, 1, 2) for who in (None, case.principal))]
    for acting in (*every, *every):
        kept, new = viewers.of(case.facts, NOON, acting), Viewer(case.facts, NOON, acting=acting)
        assert [kept[permission] for permission in P] == [new[permission] for permission in P]
        assert kept.workplace == new.workplace
