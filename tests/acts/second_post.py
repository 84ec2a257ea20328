"""A second workplace of the therapist, at the other hospital, with a record of accreditation that counts there."""

POST = """
INSERT INTO employment (id, practitioner_id, organization_id, department_id, position_code, kind, rate, starts_on)
SELECT 9200001, practitioner_id, 2, NULL, position_code, 'EXTERNAL_PART_TIME', 0.5, starts_on
FROM employment WHERE practitioner_id = 1 AND kind = 'MAIN' AND ends_on IS NULL
"""
SECOND_RECORD = """
INSERT INTO accreditation (id, registry_number, practitioner_id, kind, procedure, specialty_code, state, valid_from,
                           organization_ids, place_id)
OVERRIDING SYSTEM VALUE
SELECT 9200001, 'second', practitioner_id, kind, procedure, specialty_code, state, $1, ARRAY[2::bigint], 2
FROM accreditation WHERE practitioner_id = 1 AND kind = 'PERMANENT' AND state = 'ACTIVE'
"""
# As `Kabinet-Workplace` names it.
SECOND_WORKPLACE = "emp_9200001"
# So long may it take until what changed in a store counts.
PATIENCE = 5.0
