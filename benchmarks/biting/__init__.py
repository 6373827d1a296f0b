"""How far the tests bite: small wrong changes of code and of SQL, each tried with the tests that run it.

`mutmut` (CONTRIBUTING.md) does that for code which needs no server. Here the database of the tests stays up,
statements in `.sql` files are changed too, and a change costs what its tests cost: it is made in a fork of the process
that has run them.

    python -m benchmarks.biting storage/alerts/outbox.py storage/alerts/outbox.sql \\
        --tests tests/integration/storage/alerts
"""
