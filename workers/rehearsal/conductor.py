"""The conductor: lets everything in a rehearsal live at its own dates, all in the order of the calendar.

Each inspection, and each area, is a real workflow with a virtual clock of its own. The conductor always moves
the one whose next moment comes first, be it something that somebody does or an instant at which the process
wakes by itself. So the ledger of a rehearsal is in the order of time.
"""

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Generic, Protocol, TypeVar


class Player(Protocol):
    """Something that lives in a rehearsal."""

    @property
    def name(self) -> str:
        """The name of its stream."""
        ...

    @property
    def next_moment(self) -> datetime | None:
        """When the next thing happens to it, by script or by itself; none when nothing will."""
        ...

    def prepare(self, moment: datetime) -> None:
        """Get ready for a moment while others have their turn, as far as nobody can see that."""
        ...

    async def act(self, moment: datetime) -> None:
        """Bring its clock to a moment, and do what is due then."""
        ...


P = TypeVar("P", bound=Player)


class Conductor(Generic[P]):
    """Gives everybody a turn, in the order of the calendar."""

    def __init__(self, tell: Callable[[P, datetime], None]) -> None:
        """Take what is told who has had a turn, and for which moment."""
        self._tell = tell
        self._players: dict[str, P] = {}
        self._agenda: list[tuple[datetime, int, str]] = []
        self._turns = 0

    def enrol(self, player: P) -> None:
        """Let somebody take part from now on."""
        self._players[player.name] = player
        self.call(player.name)

    def call(self, name: str) -> None:
        """Note anew when somebody's next moment is. The first to be called comes first."""
        moment = self._players[name].next_moment
        if moment is not None:
            self._turns += 1
            heapq.heappush(self._agenda, (moment, self._turns, name))

    async def play(self, players: Iterable[P], until: datetime | None = None) -> None:
        """Let all live until nothing happens any more, or until a moment.

        Raises:
            IntegrityError: a step is refused by a rule that does not yield; names step and rule.
        """
        for player in players:
            self.enrol(player)
        while self._agenda:
            moment, _, name = heapq.heappop(self._agenda)
            player = self._players[name]
            if player.next_moment != moment or (until is not None and moment > until):
                continue
            await player.act(moment)
            self._tell(player, moment)
            self.call(name)
            if (following := player.next_moment) is not None:
                player.prepare(following)
