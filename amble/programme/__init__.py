"""ETMI as data and pure rules. The texts are the .toml files beside the code; a clinician edits those."""
