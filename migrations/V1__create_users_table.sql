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
