"""The demo service: the simulated service of the study's size, up to yesterday, in an empty database.

`past` moves the simulated snapshot to today and cuts off what lies ahead. `beside` invents what Amble records beside
it, `weeks` what patients tell every week; `parameters.toml` has the numbers behind both. `loading` puts it together.
"""
