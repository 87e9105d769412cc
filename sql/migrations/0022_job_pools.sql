-- The name under which the job queue locks what a worker takes; graphile-worker makes one up for each pool of workers.
ALTER TABLE engine.process ADD COLUMN job_pool text;
