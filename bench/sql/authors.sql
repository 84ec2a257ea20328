-- Names and specialties of practitioners. $1 the keys.
SELECT id, family_name, given_name, patronymic, specialty_code
FROM practitioner
WHERE id = ANY($1)
