"""The gateway with a made-up hospital joined to it, asked in process; the hospital is asked over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import uvicorn

from gateway.hospital.application import application
from gateway.hospital.graph import SDL, Counts
from gateway.joined.configuration import Joining, read_joined
from gateway.joined.services import JoinedDoor
from gateway.settings import Settings
from tests.conftest import Gateway, opened
from tests.gateway.joined import laboratory, wards
from tests.gateway.joined.laboratory import PAY, made
from tests.gateway.joined.services import Made

DEMO = (Path(__file__).parents[3] / "gateway" / "hospital" / "joined.toml").read_text("utf-8")
# A machine that is busy is no fault of the hospital.
LINES = DEMO.replace("deadline = 0.8", "deadline = 30")


@dataclass(frozen=True)
class Hospital:
    """A hospital that answers at an address, and what it was asked for."""

    url: str
    counts: Counts


@asynccontextmanager
async def serving(app: object, port: int = 0) -> AsyncIterator[str]:
    """The address at which an application answers until the block ends; port 0 takes any free one."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", lifespan="off", ws="none")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


def joining(folder: Path, url: str, lines: str = LINES, schema: str = SDL, **more: str) -> Joining:
    """What is joined by a file with these lines; `more` are schemas by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in more.items():
        (folder / f"{name}.graphql").write_text(text, "utf-8")
    (folder / "mis.graphql").write_text(schema, "utf-8")
    (folder / "joined.toml").write_text(lines.replace("{url}", url), "utf-8")
    return read_joined(folder / "joined.toml")


@asynccontextmanager
async def joining_gateway(settings: Settings, urls: Mapping[str, str], joined: Joining) -> AsyncIterator[Gateway]:
    """A gateway with services joined, whose planner runs."""
    async with opened(replace(settings, joined=joined), urls) as made:
        assert made.application.joined is not None
        await made.application.joined.open()
        try:
            yield made
        finally:
            await made.application.joined.close()


@pytest.fixture(scope="session")
async def hospital() -> AsyncIterator[Hospital]:
    """The hospital of the demo."""
    counts = Counts()
    async with serving(application(counts)) as url:
        yield Hospital(f"{url}/graphql", counts)


@pytest.fixture(scope="session")
async def joined(
    settings: Settings, urls: Mapping[str, str], hospital: Hospital, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    """The demo's gateway with the hospital joined."""
    folder = tmp_path_factory.mktemp("joined")
    async with joining_gateway(settings, urls, joining(folder, hospital.url)) as made:
        yield made


@pytest.fixture(scope="session")
async def booking() -> AsyncIterator[tuple[wards.Wards, str]]:
    """A service that books beds, and where it is."""
    made = wards.Wards()
    async with serving(made) as url:
        yield made, f"{url}/graphql"


@pytest.fixture(scope="session")
async def warded(
    settings: Settings,
    urls: Mapping[str, str],
    booking: tuple[wards.Wards, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Gateway]:
    """The demo's gateway with that service joined; it takes GET."""
    file = joining(tmp_path_factory.mktemp("ward"), booking[1], wards.LINES, wards.SDL)
    async with joining_gateway(replace(settings, get=True), urls, file) as made:
        yield made


@pytest.fixture
async def ward(booking: tuple[wards.Wards, str], warded: Gateway) -> wards.Wards:
    """The service as it is before anything has failed."""
    booking[0].afresh()
    assert warded.application.joined is not None
    door = warded.application.joined.doors["ward"]
    await door.door.close()
    door.door = JoinedDoor(warded.application.settings.joined.services[0]).door
    return booking[0]


@pytest.fixture(scope="session")
async def lab() -> AsyncIterator[tuple[Made, str]]:
    """The laboratory."""
    service = made()
    async with serving(service.application()) as url:
        yield service, f"{url}/graphql"


@pytest.fixture(scope="session")
async def pay() -> AsyncIterator[tuple[Made, str]]:
    """The payroll."""
    service = Made(PAY, {"Practitioner.bonus": lambda one, _: f"for {one['samples']}"}, "Practitioner")
    async with serving(service.application()) as url:
        yield service, f"{url}/graphql"


@pytest.fixture(scope="session")
async def labs(
    settings: Settings,
    urls: Mapping[str, str],
    lab: tuple[Made, str],
    pay: tuple[Made, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Gateway]:
    """The demo's gateway with laboratory and payroll joined."""
    folder = tmp_path_factory.mktemp("lab")
    file = joining(folder, lab[1], laboratory.LINES.replace("PAY", pay[1]), laboratory.SDL, pay=PAY)
    async with joining_gateway(settings, urls, file) as opened:
        yield opened
