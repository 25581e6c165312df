-- Whether a job's end was told: it is told beside the jobs that come after, and again where the process died before.

ALTER TABLE jobs ADD COLUMN told_at INTEGER;

UPDATE jobs SET told_at = ended_at;     -- what an earlier version had ended, its engine tells

CREATE INDEX jobs_untold ON jobs (ended_at) WHERE ended_at IS NOT NULL AND told_at IS NULL;
