-- Checkpoints count from one without a gap: a number that is missing was taken away. An identity counts on after a
-- transaction that was broken off, so whoever files a checkpoint, and is alone at it, counts itself.
ALTER TABLE ledger.checkpoints ALTER COLUMN number DROP IDENTITY;
