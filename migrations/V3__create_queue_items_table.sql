CREATE TABLE queue_items (
    id                  UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id             UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    recipient_name      VARCHAR(255) NOT NULL,
    recipient_interest  VARCHAR(500) NOT NULL,
    email_template_text TEXT NOT NULL,
    status              VARCHAR(50) NOT NULL,
    celery_task_id      VARCHAR(255),
    current_step        VARCHAR(100),
    email_id            UUID REFERENCES emails (id) ON DELETE SET NULL,
    error_message       TEXT,
    started_at          TIMESTAMP,
    completed_at        TIMESTAMP,
    created_at          TIMESTAMP DEFAULT NOW()
);
CREATE INDEX ix_queue_items_user_id ON queue_items (user_id);
CREATE INDEX ix_queue_items_status ON queue_items (status);
CREATE INDEX ix_queue_items_created_at ON queue_items (created_at);
CREATE INDEX ix_queue_items_user_status ON queue_items (user_id, status);

ALTER TABLE queue_items ENABLE ROW LEVEL SECURITY;
