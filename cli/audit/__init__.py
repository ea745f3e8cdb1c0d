"""Auditors: what proves the record, what was refused, and what was done with it."""

from cyclopts import App

app = App(name="audit", help="Prove what the ledger was, and see what was refused and done with it.")
app.command("cli.audit.keys:app", name="keys")
app.command("cli.audit.checkpoints:checkpoint", name="checkpoint")
app.command("cli.audit.checkpoints:checkpoints", name="checkpoints")
app.command("cli.audit.cosigning:cosign", name="cosign")
app.command("cli.audit.acts:acts", name="acts")
app.command("cli.audit.refusals:refusals", name="refusals")
