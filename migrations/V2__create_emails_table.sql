CREATE TABLE emails (
    id                 UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id            UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    recipient_name     VARCHAR(255) NOT NULL,
    recipient_interest VARCHAR(500) NOT NULL,
    email_message      TEXT NOT NULL,
    template_type      VARCHAR(50),
    metadata           JSONB,
    is_confident       BOOLEAN DEFAULT TRUE,
    displayed          BOOLEAN DEFAULT TRUE,
    created_at         TIMESTAMP DEFAULT NOW()
);
CREATE INDEX ix_emails_user_id ON emails (user_id);
CREATE INDEX ix_emails_created_at ON emails (created_at);
CREATE INDEX ix_emails_user_created ON emails (user_id, created_at DESC);

ALTER TABLE emails ENABLE ROW LEVEL SECURITY;
