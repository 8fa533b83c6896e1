CREATE TABLE users (
    id               UUID PRIMARY KEY,
    email            VARCHAR(255) NOT NULL UNIQUE,
    display_name     VARCHAR(255),
    generation_count INTEGER DEFAULT 0,
    template_count   INTEGER DEFAULT 0,
    onboarded        BOOLEAN DEFAULT FALSE,
    email_template   TEXT,
    created_at       TIMESTAMP DEFAULT NOW()
);
CREATE INDEX ix_users_email ON users (email);

-- On Supabase, tables in "public" were long readable and writable with the public key: each is closed where it is made.
-- V5 lets people see their own rows. The history table is there before the first migration.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE refinery_schema_history ENABLE ROW LEVEL SECURITY;
