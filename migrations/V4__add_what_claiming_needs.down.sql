DROP INDEX ix_queue_items_claim;

-- The sequence behind seq goes with its column.
ALTER TABLE queue_items
    DROP COLUMN seq,
    DROP COLUMN attempts,
    DROP COLUMN available_at,
    DROP COLUMN lease_expires_at;
