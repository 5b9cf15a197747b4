"""The rights of a PostgreSQL role to purge with: it reads, makes the report, destroys data keys and
look-ups, and says that it did.
"""

from contacts.management.commands.trail_role import Command as RoleCommand
from contacts.trail.roles import Rights, rights_to_purge
from forms.models import PurgeStep
from outage.models import OutageFigures


class Command(RoleCommand):
    help = (
        "Ge en roll i PostgreSQL det som gallringen behöver: läsa allt, göra rapporten, förstöra datanycklar och "
        "sökuppgifter, och skriva att det är gjort. Körs som den roll som äger tabellerna, och igen efter varje "
        "uppgradering."
    )
    may = "får läsa allt, göra rapporten, förstöra datanycklar och sökuppgifter, och ändra inget annat."

    to_serve = False

    def rights(self) -> Rights:
        return rights_to_purge([PurgeStep._meta.db_table], [OutageFigures._meta.db_table])
