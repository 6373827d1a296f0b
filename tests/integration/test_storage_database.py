def test_x(database):
    with database.transaction() as c:
        print(c.execute("select tablename from pg_tables where schemaname='public'").fetchall())


def test_y(database):
    with database.transaction() as c:
        c.execute("select ensure_reads_partition('2026-01-01')")
        c.execute("select ensure_reads_partition('2026-01-01')")
        print(c.execute("select tablename from pg_tables where schemaname='public'").fetchall())
