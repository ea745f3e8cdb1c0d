"""The rules that can speak against a command to a thematic review: a code, what it says, whether it yields.

A rule that yields is about what people should do, and a fact can be recorded against it. The others guard
the meaning of the record. That a report comes late breaks none: it is reported (section 5 of the facts, S).
"""

from typing import Final

from domain.deciding import COMMON_RULES, Rule

RULES: Final[dict[str, Rule]] = {
    **COMMON_RULES,
    "review_exists": Rule("A review is planned before anything else is recorded of it.", False),
    "stage": Rule("Each milestone belongs to certain stages.", False),
    "own_time": Rule("What happens in a review happens in the years around it.", False),
    "terms_in_force": Rule("A review runs by the terms that are in force as its year begins.", False),
    "theme_named": Rule("A review has a theme, which is named where the terms do not know it.", False),
    "recorded_once": Rule("An entry stands once; a wrong one is put right, not repeated.", False),
    "order": Rule("Nothing happens before what it rests on.", True),
    "consent_stands": Rule("Only an area whose consent stands is visited.", True),
    "consent_before_visit": Rule("An area takes its consent back before it is visited.", True),
    "visits_ended": Rule("The report is submitted when the visits have ended.", True),
    "report_is_current": Rule("A release names the report that was submitted last.", False),
    "released": Rule("A report is published that was released, and no other.", False),
    "separation_of_duties": Rule("Nobody releases his or her own report.", True),
    "no_embargo": Rule("Nothing is released or published in the weeks before a general election.", True),
    "entry_recorded": Rule("Only an entry that stands, and is not the clock's, is put right.", False),
    "nothing_rests_on_it": Rule("What rests on an entry is struck before the entry itself.", False),
}
