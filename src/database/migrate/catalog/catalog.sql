-- Everything about "public" that a migration decides, one line each, in an order of its own. The texts beside this file
-- are what it yields at each version, and on Supabase.
WITH tables AS (
    SELECT oid, relname, relowner, relacl, relrowsecurity, relforcerowsecurity
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace::oid AND relkind IN ('r', 'p')
), columns AS (
    SELECT attrelid, attname, attacl,
           row_number() OVER (PARTITION BY attrelid ORDER BY attnum) AS place,
           format('%I %s%s%s%s', attname, format_type(atttypid, atttypmod),
                  CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,
                  CASE WHEN attidentity <> '' THEN format(' IDENTITY %s', attidentity) ELSE '' END,
                  ' DEFAULT ' || pg_get_expr(adbin, adrelid)) AS line
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attnum > 0 AND NOT attisdropped
), lines AS (
    SELECT relname AS name, 0 AS part, 0 AS place,
           format('table %s, row level security %s', relname,
                  CASE WHEN relforcerowsecurity THEN 'forced' WHEN relrowsecurity THEN 'on' ELSE 'off' END) AS line
    FROM tables
    UNION ALL
    SELECT relname, 1, place, '    column ' || line FROM tables JOIN columns ON attrelid = oid
    UNION ALL
    -- PostgreSQL 18 keeps NOT NULL here too; the columns have it already.
    SELECT relname, 2, 0, format('    constraint %s %s', conname, pg_get_constraintdef(c.oid))
    FROM tables t JOIN pg_constraint c ON conrelid = t.oid WHERE contype <> 'n'
    UNION ALL
    SELECT relname, 3, 0, '    index ' || pg_get_indexdef(indexrelid) FROM tables JOIN pg_index ON indrelid = oid
    UNION ALL
    SELECT relname, 4, 0, '    trigger ' || pg_get_triggerdef(g.oid)
    FROM tables t JOIN pg_trigger g ON tgrelid = t.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT tablename, 5, 0, format('    policy %s for %s to %s', policyname, cmd, roles)
                             || coalesce(' using ' || qual, '') || coalesce(' check ' || with_check, '')
    FROM pg_policies WHERE schemaname = 'public'
    UNION ALL
    SELECT relname, 6, 0, format('    grant %s to %s', privilege_type, coalesce(nullif(grantee, 0::oid)::regrole::text, 'PUBLIC'))
    FROM tables, aclexplode(relacl) WHERE grantee <> relowner
    UNION ALL
    SELECT relname, 7, place, format('    grant %s on column %s to %s', privilege_type, attname,
                                     coalesce(nullif(grantee, 0::oid)::regrole::text, 'PUBLIC'))
    FROM tables JOIN columns ON attrelid = oid, aclexplode(attacl)
    UNION ALL
    -- What belongs to no table: sequences without an owner, views, functions, types.
    SELECT relname, 8, 0, format('other relation %s of kind %s', relname, relkind) FROM pg_class c
    WHERE relnamespace = 'public'::regnamespace::oid AND relkind NOT IN ('r', 'p', 'i')
    UNION ALL
    SELECT proname, 9, 0, format('function %s', oid::regprocedure)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace::oid
    UNION ALL
    SELECT typname, 10, 0, format('type %s of kind %s', typname, typtype)
    FROM pg_type WHERE typnamespace = 'public'::regnamespace::oid AND typtype IN ('d', 'e')
)
SELECT line FROM lines ORDER BY name COLLATE "C", part, place, line COLLATE "C"
