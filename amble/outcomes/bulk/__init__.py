"""The bulk path: a snapshot becomes the record of an empty database, as if it had been typed in through the pages.

It turns round what `outcomes/bridge` does: what the bridge writes of a record loaded from a snapshot is that
snapshot. What a snapshot does not tell, `assumed.py` says. For a demo and for measuring Amble with many patients.
"""
