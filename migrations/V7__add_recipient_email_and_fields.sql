-- What a sender's file says of a recipient besides name and interest: the address that drafts are exported to, and
-- values for placeholders by the names of their columns, such as {"Course": "Fluid dynamics"}.
ALTER TABLE queue_items
    ADD COLUMN recipient_email VARCHAR(255),
    ADD COLUMN fields          JSONB;

-- The address goes on with the e-mail: the item that led to it may be written anew, or be gone.
ALTER TABLE emails
    ADD COLUMN recipient_email VARCHAR(255);
