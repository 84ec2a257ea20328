"""What a renewal says otherwise than the record that it renews, found in the statement that reads the application.

What the record does not keep is compared with the application that it came of, as a renewal takes it over from there.
"""

from sqlalchemy import ColumnElement, FromClause, Text, and_, case, func, literal_column, not_, null, select
from sqlalchemy.dialects.postgresql import ARRAY, array

from sources.accreditation import accreditation


def changes(application: FromClause) -> ColumnElement[list[str] | None]:
    """The names of what differs; null where an application renews nothing."""
    renewed, said = accreditation.alias("renewed"), application.alias("said")
    a, r, s = application.c, renewed.c, said.c
    place = func.coalesce(s.organization_id, r.place_id)
    differing = {
        "SPECIALTY": a.specialty_code.is_distinct_from(r.specialty_code),
        "ORGANIZATION": a.organization_id.is_distinct_from(place),
        "PURPOSE": a.purpose.is_distinct_from(case((s.id.is_(None), r.purpose), else_=s.purpose)),
        "DAYS": a.days.is_distinct_from(s.days),
        "SUPERVISOR": a.supervisor_id.is_distinct_from(r.supervisor_id),
        "BASE": a.base_id.is_distinct_from(r.base_id),
        "DIRECTIONS": not_(and_(a.directions.contains(r.directions), r.directions.contains(a.directions))),
        "LICENCE_NUMBER": a.licence_number.is_distinct_from(s.licence_number),
        "PHONE": a.phone.is_distinct_from(s.phone),
        "EMAIL": a.email.is_distinct_from(s.email),
        "DOCUMENTS": a.papers.is_distinct_from(func.coalesce(s.papers, literal_column("'{}'::jsonb"))),
    }
    named = array([case((differs, literal_column(f"'{name}'", Text()))) for name, differs in differing.items()])
    return (
        select(func.array_remove(named, null(), type_=ARRAY(Text)))
        .select_from(renewed.outerjoin(said, said.c.id == renewed.c.application_id))
        .where(renewed.c.id == a.renews_id)
        .correlate(application)
        .scalar_subquery()
    )
