"""The peer: Amble's settings, server and database, with one more table and the barest view that fills it."""
