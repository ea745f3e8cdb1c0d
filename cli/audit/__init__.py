"""Auditors: replay the record, prove it, see what was refused and what was done with it."""

from cyclopts import App

app = App(name="audit", help="Replay the ledger and prove it; see what was refused and done with it.")
app.command("cli.audit.replay:replay", name="replay")
app.command("cli.audit.diff:diff", name="diff")
app.command("cli.audit.timeline:draw_timeline", name="timeline")
app.command("cli.audit.export:export", name="export")
app.command("cli.audit.verify:verify", name="verify")
app.command("cli.audit.keys:app", name="keys")
app.command("cli.audit.checkpoints:checkpoint", name="checkpoint")
app.command("cli.audit.checkpoints:checkpoints", name="checkpoints")
app.command("cli.audit.cosigning:cosign", name="cosign")
app.command("cli.audit.acts:acts", name="acts")
app.command("cli.audit.refusals:refusals", name="refusals")
app.command("cli.audit.determinism:determinism", name="determinism")
app.command("cli.audit.reconcile:reconcile", name="reconcile")
