"""The rows, and every statement that reads or writes them: the only room that knows SQLAlchemy, APSW and psycopg.

Verbs on the rows of one tenant take the `Transaction` of the call first, and name its tenant in each statement.
What is about no single tenant, such as finding a client or making a tenant, takes the `Database` itself: those are the
verbs of `tenants`, `tokens.find`, and the copying of one tenant's rows for another in `bulk`.
"""
