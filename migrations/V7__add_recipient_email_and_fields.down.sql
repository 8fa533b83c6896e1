ALTER TABLE emails DROP COLUMN recipient_email;

ALTER TABLE queue_items
    DROP COLUMN recipient_email,
    DROP COLUMN fields;
