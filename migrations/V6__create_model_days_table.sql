-- What the language models of a day may have cost, in millionths of a US dollar: set aside before a question is sent, put
-- right by its answer. Days are UTC, by the database's clock.
CREATE TABLE model_days (
    day             DATE PRIMARY KEY,
    spent_micro_usd BIGINT NOT NULL
);

-- As in V1 and V5, closed where it is made: nobody but scribe has a use for it.
ALTER TABLE model_days ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE model_days FROM PUBLIC;
DO $$
DECLARE
    stranger TEXT;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON TABLE model_days FROM %I', stranger);
    END LOOP;
END
$$;
