-- Jobs that ended with a question are counted for whoever watches: without a look at all that ended in a month.

CREATE INDEX jobs_asked ON jobs (id) WHERE state IN ('unchanged', 'uncertain');
