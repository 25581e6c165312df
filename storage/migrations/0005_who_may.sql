-- Which roles of a server may use the cloud.

ALTER TABLE servers ADD COLUMN cloud_roles TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(cloud_roles));  -- []: everybody
