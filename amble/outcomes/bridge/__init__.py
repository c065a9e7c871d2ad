"""The bridge: the live record becomes the snapshot, under pseudonyms.

`writer.write` is all that others call. `fields.toml` says of every field of the record whether it may leave.
"""
