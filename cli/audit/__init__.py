"""Auditors: replay the record, prove it, see what was refused and what was done with it.

Each part is imported when it is called, as those of the whole command are.
"""

from typing import Final

from cyclopts import App, Group

_PARTS: Final = (
    (
        "cli.audit.replay:replay",
        "replay",
        "Fold a stream as it is seen from a point in time, or all of them.",
    ),
    ("cli.audit.diff:diff", "diff", "What changed between two points, who decided it, on whose authority."),
    ("cli.audit.timeline:draw_timeline", "timeline", "Draw a stream along time."),
    ("cli.audit.export:export", "export", "Write the ledger into a folder that can be examined anywhere."),
    ("cli.audit.verify:verify", "verify", "Examine an export, or the database: is it what was signed?"),
    ("cli.audit.keys:app", "keys", "The keys that sign checkpoints."),
    ("cli.audit.checkpoints:checkpoint", "checkpoint", "Sign what the ledger is now, or file a cosignature."),
    ("cli.audit.checkpoints:checkpoints", "checkpoints", "What was signed, when and by whom."),
    ("cli.audit.cosigning:cosign", "cosign", "Sign a checkpoint as an auditor."),
    ("cli.audit.acts:acts", "acts", "What was done with the record, and by whom."),
    ("cli.audit.refusals:refusals", "refusals", "The commands that were refused, and by which rule."),
    ("cli.audit.determinism:determinism", "determinism", "Replay Temporal's histories with this release."),
    ("cli.audit.reconcile:reconcile", "reconcile", "Hold what Temporal tells against the ledger."),
)


def build(asked: str | None, group: Group) -> App:
    """Put the auditors' commands together.

    Args:
        asked: the one that is called. It tells of itself; of the others one line is enough.
        group: where `--help` lists them.
    """
    app = App(
        name="audit",
        help="Replay the ledger and prove it; see what was refused and done with it.",
        group=group,
    )
    for target, name, text in _PARTS:
        app.command(target, name=name, help=None if name == asked else text)
    return app
