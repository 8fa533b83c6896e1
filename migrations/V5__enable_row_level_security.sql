-- With row level security on and no policy, only the owner and roles that bypass it (scribe's own among them) see
-- anything. V1 to V3 switched it on already; tables that another hand made and a stamp adopted may lack it.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE emails ENABLE ROW LEVEL SECURITY;
ALTER TABLE queue_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE refinery_schema_history ENABLE ROW LEVEL SECURITY;

REVOKE ALL ON TABLE users, emails, queue_items, refinery_schema_history FROM PUBLIC;

-- Supabase's roles exist only there, so each statement about them stands behind a check.
DO $$
DECLARE
    stranger TEXT;
BEGIN
    FOR stranger IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
        EXECUTE format('REVOKE ALL ON TABLE users, emails, queue_items, refinery_schema_history FROM %I', stranger);
        -- Not by the usual name: another sequence may have taken that before.
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM %I', pg_get_serial_sequence('queue_items', 'seq'), stranger);
    END LOOP;

    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticated') AND to_regprocedure('auth.uid()') IS NOT NULL THEN
        GRANT SELECT (id, email, display_name, generation_count, template_count, onboarded, email_template, created_at)
            ON users TO authenticated;
        GRANT SELECT (id, user_id, recipient_name, recipient_interest, email_message, template_type, metadata,
                      is_confident, displayed, created_at)
            ON emails TO authenticated;
        GRANT SELECT (id, user_id, recipient_name, recipient_interest, email_template_text, status, current_step,
                      email_id, error_message, started_at, completed_at, created_at)
            ON queue_items TO authenticated;
        GRANT INSERT (user_id, recipient_name, recipient_interest, email_template_text, status)
            ON queue_items TO authenticated;

        -- The sub-select makes the planner call auth.uid() once and not for every row.
        CREATE POLICY users_read_own ON users FOR SELECT TO authenticated
            USING (id = (SELECT auth.uid()));
        CREATE POLICY emails_read_own ON emails FOR SELECT TO authenticated
            USING (user_id = (SELECT auth.uid()));
        CREATE POLICY queue_items_read_own ON queue_items FOR SELECT TO authenticated
            USING (user_id = (SELECT auth.uid()));
        CREATE POLICY queue_items_insert_own ON queue_items FOR INSERT TO authenticated
            WITH CHECK (user_id = (SELECT auth.uid()) AND status = 'PENDING');
    END IF;
END
$$;
