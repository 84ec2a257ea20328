"""What acts on orders take, and what they answer with."""

from typing import TYPE_CHECKING

from engine.declare import edge, public, shows
from resolvers.clinical import record as records
from resolvers.clinical.orders import carrying_out, giving, ordering, protocol, steps
from resolvers.clinical.orders.found import ResultValueInput, Significance
from resolvers.clinical.orders.medicine import OrderedMedicineInput
from schema.act_inputs import ID, VERSION, act_input
from schema.clinical.act import ENCOUNTER, PROBLEMS
from schema.clinical.words import ResultFlag

if TYPE_CHECKING:
    from schema.clinical.order import Order
    from schema.payload import Problem

ORDER = (ID, "Global id of the order.")

act_input(
    OrderedMedicineInput,
    "How a medicine is given (лист назначений).",
    dose="How much at a time, in the unit of the book; only of one that has none it is left out.",
    unit="Its unit by UCUM: that of the book.",
    times_per_day="How often a day: 24 at most.",
    days="For how many days from now; how many at most follows from how its turnover is controlled.",
    over_dose="That a dose greater than the greatest is meant.",
)
act_input(
    ordering.OrderServiceInput,
    "A service or a medicine that is ordered for the patient of an encounter.",
    encounter_id=ENCOUNTER,
    code="Code of the service in the nomenclature (номенклатура медицинских услуг), as B03.016.002, or of a medicine.",
    medicine="How it is given; of a medicine, and of nothing else.",
    priority="How urgent it is; how long a service can be carried out follows from that.",
    organization_id=(ID | None, "Global id of the organisation that is to carry it out; left out, the own one."),
    department_id=(ID | None, "Global id of a department of it."),
    text="What whoever carries it out has to know; 2,000 characters at most.",
)
act_input(
    ordering.CancelOrderInput,
    "The order that nobody is to carry out any more.",
    id=ORDER,
    expected_version=VERSION,
    reason="Why; 1,000 characters at most.",
)
act_input(
    ResultValueInput,
    "A value that was found.",
    code="Code of LOINC of a test, as 718-7, or of a vital sign where the service takes no direction.",
    value="The number, of a code that has a unit.",
    unit="Its unit by UCUM: that of the code.",
    words="The words, of a code that has no unit.",
    low="From which value on it is normal; without either bound, as the book says.",
    high="Up to which value it is normal.",
    flag=(ResultFlag | None, "How the value stands to its range; left out, or milder than the rules, it is computed."),
)
act_input(
    carrying_out.RecordResultInput,
    "What came of an order: values of the laboratory or of vital signs, or a conclusion.",
    id=ORDER,
    expected_version=VERSION,
    values="What was measured: each code once, 50 at most.",
    conclusion="What was found, in words; 20,000 characters at most.",
    link="Where the pictures are, of a service that makes some: https://….",
    significance=(Significance | None, "How much it matters; where values say more, so much."),
    at="When it was carried out; left out, now.",
)
act_input(
    giving.RecordAdministrationInput,
    "The order whose medicine was given.",
    id=ORDER,
    expected_version=VERSION,
    at="When it was given; left out, now.",
)
act_input(protocol.SignResultInput, "The order whose protocol is signed.", id=ORDER, expected_version=VERSION)
act_input(
    protocol.AcknowledgeResultInput,
    "The order of which something was found that is not as it should be.",
    id=ORDER,
    expected_version=VERSION,
)


@shows(steps.OrderPayload)
class OrderPayload:
    """What came of an act on an order."""

    order: "Order | None" = edge(
        records.ORDERS.by_id, "The order after the act, for whoever may see it.", by="order_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)
