"""What a split insists on and what comes of it, without a database.

rounding       what a percentage is, the names of the two policies
split          Split, Policy; `check`, `plan`, `verify`
allocation     who gets which unit, by the two policies: last part and largest remainder
explanation    an allocation as a person checks it
"""
