-- Names of organisations. $1 the keys.
SELECT id, name
FROM organization
WHERE id = ANY($1)
