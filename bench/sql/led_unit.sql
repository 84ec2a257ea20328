-- The department that somebody leads. $1 who.
SELECT id
FROM department
WHERE head_id = $1
