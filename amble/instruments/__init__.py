"""Questionnaires as data. One file each in `definitions/`; plain Python, no web server needed."""
