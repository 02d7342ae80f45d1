"""Invoice splits as Zuora does them, in the order of their life.

    submission    a split and its items are made and checked, `submit` orders what is to be executed
    execution     `run` loads, checks again, plans and writes, in a transaction of its own, or changes nothing
    explanation   how the amounts came to be shared out

`domain.splitting` knows the rules, these modules the records.
"""
