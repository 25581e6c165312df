"""Jobs: what members asked for, carried out in steps that survive the process. The only package that imports dbos."""
