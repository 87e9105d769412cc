-- Which steps have ended since somebody last counted them.
CREATE INDEX step_ended ON engine.step (finished_at) WHERE finished_at IS NOT NULL;
