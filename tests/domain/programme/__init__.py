"""The programme of all areas: what is proposed for a period, and what is owed."""
