"""The rules that can speak against a command to the national programme."""

from typing import Final

from domain.deciding import COMMON_RULES, Rule

RULES: Final[dict[str, Rule]] = {
    **COMMON_RULES,
    "recorded_once": Rule(
        "The programme begins once, and a pause stands once; a wrong one is struck, not repeated.", False
    ),
    "begun": Rule("Only a programme that has begun has a beginning to strike.", False),
    "review_due": Rule("Each year's thematic review is seen to once, when its day has come.", False),
    "pause_known": Rule("Only a pause that stands is resumed or struck.", False),
    "order": Rule("Nothing ends before it begins.", False),
}
