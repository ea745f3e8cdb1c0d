"""The rules that can speak against a command about an area: a code, what the rule says, whether it yields.

Those of the register guard the meaning of the record and yield to nothing: a register that contradicts itself
answers no question. What is true and does not fit shows that an entry is wrong, and that entry is struck.
Those of planning yield to what has happened, as the rules of an inspection do.
"""

from typing import Final

from domain.deciding import COMMON_RULES, Rule

RULES: Final[dict[str, Rule]] = {
    **COMMON_RULES,
    "area_exists": Rule("An area is in the register before anything else is recorded of it.", False),
    "recorded_once": Rule("An entry stands once; a wrong one is struck, not repeated.", False),
    "within_life": Rule("What holds for an area begins while the area exists.", False),
    "not_itself": Rule("An area neither follows nor replaces itself.", False),
    "authority_stays": Rule(
        "An area is one local authority; when that is replaced, the area is replaced.", False
    ),
    "body_responsible": Rule("Only a body that shares the responsibility can leave or be succeeded.", False),
    "body_not_yet": Rule("A body joins that does not share the responsibility already.", False),
    "polls_known": Rule("Only polls that are set can be called off.", False),
    "polls_to_come": Rule("Polls are called off before they are over.", False),
    "entry_recorded": Rule("Only what stands can be struck or taken back.", False),
    "name_fits": Rule("An inspection's name says of which area, year and kind it is.", False),
    "one_at_a_time": Rule("An area has one inspection at a time, until the end of fieldwork.", True),
    "due": Rule("An inspection of a kind takes place when an outcome has brought it.", True),
    "window": Rule(
        "An inspection takes place within its window, unless intelligence brings it forward.", True
    ),
    "scheduling_paused": Rule("While scheduling is paused, no inspection is scheduled.", True),
    "term_time": Rule("Inspections take place in term time.", True),
    "visits_cap": Rule("Monitoring visits of all frameworks together are few within a year.", True),
    "calendar_horizon": Rule("Inspections take place within the years that the calendar covers.", False),
    "handbook_in_force": Rule("A cycle is planned and reckoned under a known handbook.", False),
    "handbook_known": Rule("A cycle is moved to a released handbook, other than its own.", False),
    "day_ahead": Rule("What is wanted or agreed lies ahead.", False),
    "earlier": Rule("Intelligence makes nobody come later; its day is before the one that is due.", False),
    "not_opened_yet": Rule("A schedule is struck before its inspection is opened, not afterwards.", False),
    "nothing_rests_on_it": Rule("What rests on an entry is struck before the entry itself.", False),
}
