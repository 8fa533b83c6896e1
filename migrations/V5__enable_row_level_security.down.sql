-- Nothing that V5 took from strangers is given back, and row level security stays on, as V1 to V3 left it.
DROP POLICY IF EXISTS users_read_own ON users;
DROP POLICY IF EXISTS emails_read_own ON emails;
DROP POLICY IF EXISTS queue_items_read_own ON queue_items;
DROP POLICY IF EXISTS queue_items_insert_own ON queue_items;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticated') THEN
        REVOKE ALL ON TABLE users, emails, queue_items FROM authenticated;
    END IF;
END
$$;
