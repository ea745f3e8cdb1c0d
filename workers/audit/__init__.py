"""What auditors do, put together with ledger and Temporal: sign, export, examine, replay, reconcile."""
